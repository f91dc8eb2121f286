//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"github.com/go-usdt/usdt/internal/gdbjit"
	"github.com/go-usdt/usdt/internal/linux"
)

// Fire and Enabled take no lock, so a goroutine that has read a probe's entry may be late: the probe
// is unloaded before it gets to the entry. Three things make this harmless, and let the pages serve
// another provider.
//
// First, the pages of sites are never unmapped, and what takes their place does so in one step.
// Enabled, which reads a word there, always can. If it reads the word of another image, its answer
// may be wrong. A wrong no is as if it had been asked before a tracer attached. A wrong yes leads
// to cstub.Call, which reads the entry again, and returns if the probe is unloaded.
//
// Second, at unload a copy of the code takes the place of the sites. A goroutine that is already in
// cstub.Call, before or in the site, goes on in the same instructions, and no tracer sees it.
//
// Third, pages rest until the world has been stopped after their unload. cstub.Call is assembly,
// from where it reads the entry to where the site returns, so no goroutine can be stopped there.
// Those that were there when the world began to stop have left when it is stopped, and those that
// come later read an entry that the unload has changed. So when the pages get other sites, nobody
// enters them by an old entry. That costs Fire nothing: no counter, no barrier.
//
// A thread that a tracer holds up in the kernel, at a site, holds up the stop, as it holds up each
// garbage collection.

// span is a range of whole pages.
type span struct {
	addr unsafe.Pointer
	size uintptr
}

func (s span) end() unsafe.Pointer { return unsafe.Add(s.addr, s.size) }

// mapReadable puts zeros in the place of what is mapped.
func (s span) mapReadable() error {
	_, err := linux.Mmap(s.addr, s.size, syscall.PROT_READ,
		syscall.MAP_PRIVATE|syscall.MAP_ANON|syscall.MAP_FIXED, linux.NoFile, 0)
	return err
}

// retiredPages are the pages of unloaded images.
type retiredPages struct {
	sync.Mutex
	resting []span // a goroutine may be about to enter
	idle    []span // nobody is; no two are neighbours
	reserve reserve
}

// retired has the pages of all providers of the process.
var retired retiredPages

// maxResting is the number of pages that rest before the world is stopped for them, which takes some
// 20 µs.
const maxResting = 64

// take returns the address of pages that nobody enters, or nil: then map others. The caller holds
// the lock.
//
// While gdb is attached, nothing is used again: gdb may still have a breakpoint there, and would
// take it for one of the old probe.
func (r *retiredPages) take(size uintptr) unsafe.Pointer {
	if gdbjit.Attached() {
		return nil
	}
	addr := r.cut(size)
	if addr == nil && r.restingSize() >= maxResting*uintptr(syscall.Getpagesize()) {
		r.wake()
		addr = r.cut(size)
	}
	return addr
}

func (r *retiredPages) restingSize() (sum uintptr) {
	for _, s := range r.resting {
		sum += s.size
	}
	return sum
}

// wake ends the rest.
func (r *retiredPages) wake() {
	stopTheWorld()
	for _, s := range r.resting {
		r.free(s)
	}
	r.resting = nil
}

// cut takes the first pages of the smallest span that is large enough.
func (r *retiredPages) cut(size uintptr) unsafe.Pointer {
	best := -1
	for i, s := range r.idle {
		if s.size >= size && (best < 0 || s.size < r.idle[best].size) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	s := &r.idle[best]
	addr := s.addr
	s.addr, s.size = unsafe.Add(addr, size), s.size-size
	if s.size == 0 {
		r.remove(best)
	}
	return addr
}

// free adds s to the idle spans, and joins it with its neighbours.
func (r *retiredPages) free(s span) {
	for i := 0; i < len(r.idle); {
		switch other := r.idle[i]; {
		case s.end() == other.addr:
			s.size += other.size
		case other.end() == s.addr:
			s = span{other.addr, other.size + s.size}
		default:
			i++
			continue
		}
		r.remove(i)
	}
	r.idle = append(r.idle, s)
}

// remove takes out the idle span at index i.
func (r *retiredPages) remove(i int) {
	last := len(r.idle) - 1
	r.idle[i] = r.idle[last]
	r.idle = r.idle[:last]
}

// stopTheWorld returns when every goroutine has been at a safe point of the runtime since the call.
// To ask for the stacks of all goroutines stops the world; with no room for them, that is all it
// does. A test holds the runtime to it.
func stopTheWorld() { runtime.Stack(nil, true) }
