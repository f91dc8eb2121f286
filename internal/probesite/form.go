// Package probesite chooses the machine instruction at probe sites: the one that the running kernel
// replaces best when a tracer attaches. Until then the instruction does nothing.
//
// Nanoseconds per fire with a counting event attached, on x86-64, and what the kernel does. Each
// kernel ran on other hardware, so compare within a column:
//
//	       5.10            6.12            6.18       7.3
//	nop    2467            2690            530-780    2887
//	nop5   12492 stepped   12152 stepped   387 call   2772
//	nop10  cannot attach   cannot attach   (same)     2494 call
//
// A nop becomes a breakpoint, which the kernel emulates. Since Linux 6.18 a nop5 becomes a call of
// a trampoline, which enters the kernel by the system call uprobe instead of by an exception. Since
// 7.2, and in stable releases to which the change was backported, a nop10 becomes such a call, and
// a nop5 no longer does.
//
// The trampolines make three demands:
//
//   - Stack below the return address: 32 bytes for a nop5, 160 for a nop10. Package cstub reserves
//     it.
//   - No site that crosses a page boundary. Package elfimage aligns the slots.
//   - No plain fork. On 6.18 a forked child that hits a traced nop5 dies, because it does not
//     inherit the trampoline. Children that share the memory until they exec, as those of os/exec
//     do, are safe. C programs fork, so libstapsdt gives them the nop unless told otherwise.
//
// On arm64 there is only the nop.
package probesite

import (
	"fmt"

	"github.com/go-usdt/usdt/internal/elf"
)

// Form is the kind of instruction at the probe sites.
type Form uint8

// The forms: no-operations of one instruction.
const (
	Nop   Form = iota // the machine's plain one: 1 byte on x86-64, 4 on arm64; works on every kernel
	Nop5              // 5 bytes, x86-64 only
	Nop10             // 10 bytes, x86-64 only
)

var names = [...]string{Nop: "nop", Nop5: "nop5", Nop10: "nop10"}

// Code returns the instruction, or nil when the machine has no such form. The caller owns the
// slice.
func (f Form) Code(machine elf.Machine) []byte {
	switch machine {
	case elf.EM_X86_64:
		return f.x86()
	case elf.EM_AARCH64:
		if f == Nop {
			return []byte{0x1f, 0x20, 0x03, 0xd5}
		}
	}
	return nil
}

func (f Form) x86() []byte {
	switch f {
	case Nop:
		return []byte{0x90}
	case Nop5:
		return []byte{0x0f, 0x1f, 0x44, 0x00, 0x00}
	case Nop10:
		return []byte{0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00}
	}
	return nil
}

// String returns the name that [ParseForm] takes.
func (f Form) String() string {
	if int(f) >= len(names) {
		return fmt.Sprintf("Form(%d)", uint8(f))
	}
	return names[f]
}

// ParseForm returns the form called name: nop, nop5 or nop10.
func ParseForm(name string) (Form, error) {
	for f := range names {
		if names[f] == name {
			return Form(f), nil
		}
	}
	return 0, fmt.Errorf("%q is none of nop, nop5, nop10", name)
}
