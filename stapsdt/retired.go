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

// Fire and Enabled take no lock, so a goroutine that has read a probe's entry may be late: the
// probe is unloaded before the goroutine gets to the entry. Three things make this harmless, and
// let the pages serve another provider.
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
	idle    []span // nobody is; no two are neighbors
	reserve reserve
}

// retired has the pages of all providers of the process.
var retired retiredPages

// maxResting is the number of pages that rest before the world is stopped for them, which takes
// some 10 µs.
const maxResting = 64

// take returns the address of pages that nobody enters. If it returns nil, others have to be
// mapped. The caller holds the lock.
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
	var best *span
	for i := range r.idle {
		if s := &r.idle[i]; s.size >= size && (best == nil || s.size < best.size) {
			best = s
		}
	}
	if best == nil {
		return nil
	}
	addr := best.addr
	best.addr, best.size = unsafe.Add(addr, size), best.size-size
	if best.size == 0 {
		r.remove(best)
	}
	return addr
}

// remove removes an idle span.
func (r *retiredPages) remove(s *span) {
	last := len(r.idle) - 1
	*s = r.idle[last]
	r.idle = r.idle[:last]
}

// free adds s to the idle spans, and joins it with its neighbors.
func (r *retiredPages) free(s span) {
	for i := len(r.idle) - 1; i >= 0; i-- {
		switch t := &r.idle[i]; {
		case t.end() == s.addr:
			s.addr, s.size = t.addr, s.size+t.size
			r.remove(t)
		case s.end() == t.addr:
			s.size += t.size
			r.remove(t)
		}
	}
	r.idle = append(r.idle, s)
}

// stopTheWorld returns when every goroutine has been at a safe point of the runtime since the call.
// To ask for the stacks of all goroutines stops the world; with no room for them, that is all it
// does. A test holds the runtime to it.
func stopTheWorld() { runtime.Stack(nil, true) }
