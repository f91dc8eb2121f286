//go:build linux && (amd64 || arm64)

// Package gdbjit shows gdb ELF files that are in memory only, by the interface that gdb has for
// just-in-time compilers: see "JIT Compilation Interface" in gdb's manual.
//
// gdb finds the list by two names in the program's symbol table, so a stripped program shows
// nothing. While it is attached it has a breakpoint on one of them, a function that does nothing
// and that is called when the list changes.
package gdbjit

import (
	"bytes"
	"os"
	"runtime"
	"sync"
	"unsafe"
)

// entry is struct jit_code_entry.
type entry struct {
	next, prev *entry
	file       *byte
	size       uint64
}

// descriptor is struct jit_descriptor. gdb reads it at its breakpoint, and when it attaches.
type descriptor struct {
	version  uint32
	action   uint32
	relevant *entry
	first    *entry
}

const registered = 1

// list guards the descriptor and keeps what it points to from the garbage collector, which does
// not look there.
var list struct {
	sync.Mutex
	wanted map[*entry]bool // false: to be taken out when gdb is not attached
}

// Register shows gdb file, an ELF file whose addresses are those of this process. It must not be
// changed until the returned function takes it back. Safe for concurrent use.
func Register(file []byte) (unregister func()) {
	e := &entry{file: unsafe.SliceData(file), size: uint64(len(file))}
	list.Lock()
	defer list.Unlock()
	sweep()
	if list.wanted == nil {
		list.wanted = make(map[*entry]bool)
	}
	list.wanted[e] = true
	d := theDescriptor()
	if e.next = d.first; e.next != nil {
		e.next.prev = e
	}
	d.first = e
	if watched() && traced() {
		d.action, d.relevant = registered, e
		notify()
		d.action, d.relevant = 0, nil
	}
	return e.unregister
}

func (e *entry) unregister() {
	list.Lock()
	defer list.Unlock()
	list.wanted[e] = false
	sweep()
}

// sweep takes out what is not wanted any more, but nothing while gdb is attached: gdb 13 crashes
// when a file goes in which it has a breakpoint, and takes the program along.
func sweep() {
	if watched() {
		return
	}
	for e, wanted := range list.wanted {
		if !wanted {
			e.unlink()
			delete(list.wanted, e)
		}
	}
}

func (e *entry) unlink() {
	if e.prev != nil {
		e.prev.next = e.next
	} else {
		theDescriptor().first = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	}
}

var returnCode = map[string]byte{"amd64": 0xc3, "arm64": 0xc0}[runtime.GOARCH]

// watched reports whether gdb has its breakpoint in place.
func watched() bool { return *code() != returnCode }

// traced reports whether there is a debugger. One that was killed leaves its breakpoint behind,
// which would kill who runs into it.
func traced() bool {
	status, err := os.ReadFile("/proc/self/status")
	return err == nil && !bytes.Contains(status, []byte("\nTracerPid:\t0\n"))
}

// theDescriptor returns the address of __jit_debug_descriptor.
func theDescriptor() *descriptor

// code returns the address of __jit_debug_register_code, where gdb has its breakpoint.
func code() *byte

// notify calls __jit_debug_register_code.
func notify()
