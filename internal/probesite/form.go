// Package probesite chooses the machine instruction at probe sites: the one that the running kernel
// replaces best when a tracer attaches. Until then it does nothing.
//
// Nanoseconds per fire with a counting event attached, on x86-64 (each kernel on other hardware, so
// compare within a column), and what the kernel does:
//
//	       5.10            6.12            6.18       7.3
//	nop    2467            2690            530-780    2887
//	nop5   12492 stepped   12152 stepped   387 call   2772
//	nop10  cannot attach   cannot attach   (same)     2494 call
//
// A nop becomes a breakpoint, which the kernel emulates. Since Linux 6.18 a nop5 becomes a call of a
// trampoline, which enters the kernel by the system call uprobe instead of by an exception. Since 7.2,
// and in stable releases that the change was carried into, a nop10 does so in its place.
//
// The trampolines ask for three things:
//
//   - Stack below the return address: 32 bytes for a nop5, 160 for a nop10. Package cstub reserves it.
//   - No site that crosses a page boundary. Package elfimage aligns them.
//   - No plain fork. On 6.18 a forked child that hits a traced nop5 dies, for it does not inherit the
//     trampoline. Children that share the memory until they exec, those of os/exec, are safe; C
//     programs fork, so libstapsdt gives them the nop unless it is told otherwise.
//
// On arm64 there is only the nop.
package probesite

import (
	"bytes"
	"fmt"
	"strings"

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

var forms = []struct {
	name string
	code map[elf.Machine][]byte
}{
	Nop: {"nop", map[elf.Machine][]byte{
		elf.EM_X86_64:  {0x90},
		elf.EM_AARCH64: {0x1f, 0x20, 0x03, 0xd5},
	}},
	Nop5: {"nop5", map[elf.Machine][]byte{
		elf.EM_X86_64: {0x0f, 0x1f, 0x44, 0x00, 0x00},
	}},
	Nop10: {"nop10", map[elf.Machine][]byte{
		elf.EM_X86_64: {0x66, 0x2e, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00},
	}},
}

// Code returns the instruction, or nil when the machine has no such form. The slice is the caller's.
func (f Form) Code(machine elf.Machine) []byte {
	if int(f) >= len(forms) {
		return nil
	}
	return bytes.Clone(forms[f].code[machine])
}

// String returns what [ParseForm] takes.
func (f Form) String() string {
	if int(f) >= len(forms) {
		return fmt.Sprintf("Form(%d)", uint8(f))
	}
	return forms[f].name
}

// ParseForm returns the form called name: nop, nop5 or nop10.
func ParseForm(name string) (Form, error) {
	var names []string
	for f, form := range forms {
		if form.name == name {
			return Form(f), nil
		}
		names = append(names, form.name)
	}
	return 0, fmt.Errorf("%q is none of %s", name, strings.Join(names, ", "))
}
