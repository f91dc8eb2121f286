//go:build linux && (amd64 || arm64)

// Package gdbjit shows gdb ELF files that are in memory only, by the interface that gdb has for
// just-in-time compilers: see "JIT Compilation Interface" in gdb's manual.
//
// gdb finds the list of the files by two names in the program's symbol table, so a stripped program
// shows nothing. One is a descriptor, where the list begins. The other is a function that does
// nothing and that is called when the list changes: gdb has a breakpoint on it while attached.
package gdbjit

import (
	"bytes"
	"sync"
	"unsafe"

	"github.com/go-usdt/usdt/internal/linux"
)

// entry begins with a struct jit_code_entry of that interface.
type entry struct {
	next, prev address
	file       *byte
	size       uint64

	unwanted bool // to be removed when gdb is not attached
}

// descriptor is struct jit_descriptor. gdb reads it when it attaches, and at its breakpoint.
type descriptor struct {
	version  uint32
	action   uint32
	relevant address
	first    address
}

// address is that of an entry, which may be of a just-in-time compiler in C: such memory must not
// have pointers of Go's.
type address uintptr

func (e *entry) address() address { return address(unsafe.Pointer(e)) }

// entry returns nil for 0. go vet would take unsafe.Pointer(a) for a mistake.
func (a address) entry() *entry { return *(**entry)(unsafe.Pointer(&a)) }

const registered = 1

// list guards the descriptor, and keeps its entries alive: the garbage collector does not look into
// the descriptor.
var list struct {
	sync.Mutex
	entries []*entry
}

// Register shows file to gdb: an ELF file whose addresses are those of this process. The file must
// not be changed before unregister is called. Safe for concurrent use.
func Register(file []byte) (unregister func()) {
	e := &entry{file: unsafe.SliceData(file), size: uint64(len(file))}
	list.Lock()
	defer list.Unlock()
	list.entries = append(list.entries, e)
	d := theDescriptor()
	if e.next = d.first; e.next != 0 {
		e.next.entry().prev = e.address()
	}
	d.first = e.address()
	if Attached() {
		d.action, d.relevant = registered, e.address()
		notify()
		d.action, d.relevant = 0, 0
	}
	return e.unregister
}

func (e *entry) unregister() {
	list.Lock()
	defer list.Unlock()
	e.unwanted = true
	sweep()
}

// sweep removes the entries that are no longer wanted, but none while gdb is attached: gdb 13
// crashes when a file goes in which it has a breakpoint, and the program dies with it.
func sweep() {
	if watched() {
		return
	}
	var wanted []*entry // slices.DeleteFunc would make every program larger
	for _, e := range list.entries {
		if e.unwanted {
			e.unlink()
		} else {
			wanted = append(wanted, e)
		}
	}
	list.entries = wanted
}

func (e *entry) unlink() {
	if e.prev != 0 {
		e.prev.entry().next = e.next
	} else {
		theDescriptor().first = e.next
	}
	if e.next != 0 {
		e.next.entry().prev = e.prev
	}
}

// watched reports whether gdb has its breakpoint in place.
func watched() bool { return *(*instruction)(code()) == breakpoint }

// Attached reports whether gdb is attached.
func Attached() bool { return watched() && traced() }

// traced reports whether a debugger is attached. A debugger that was killed leaves its breakpoint
// behind, and a call that runs into that breakpoint would kill the process.
func traced() bool {
	var status [512]byte // TracerPid is in the eighth line
	n, err := linux.ReadStart("/proc/self/status", status[:])
	return err == nil && tracerPID(status[:n]) != "0"
}

// tracerPID returns the field of a /proc/PID/status.
func tracerPID(status []byte) string {
	for len(status) > 0 {
		end := bytes.IndexByte(status, '\n')
		if end < 0 {
			break
		}
		if pid, ok := bytes.CutPrefix(status[:end], []byte("TracerPid:\t")); ok {
			return string(pid)
		}
		status = status[end+1:]
	}
	return ""
}
