// Package elfimage writes the ELF image of a provider: a shared object with a stub for each probe
// and the stapsdt notes that lead tracers to the stubs. It turns a specification into bytes, does
// no I/O, and makes images for every supported machine on every platform.
//
// It is the twin of image.c in vendor_c, which serves the builds with cgo. A test holds the bytes
// of both equal, so a change here needs the same change there. Only image.c can also make .dynamic
// writable, for a dynamic linker that writes there: this moves nothing that precedes .dynamic.
//
// Every virtual address equals its file offset, so the location in a note is also the offset that a
// uprobe attaches to. From the front of the file to its end:
//
//	headers, .note.gnu.build-id, .hash, .dynsym, .dynstr, .stapsdt.base
//	.text, at the start of a page: for each probe, in order, a slot of SlotSize bytes: landing and
//	stub, between bytes that trap
//	.dynamic
//	.note.stapsdt, .shstrtab, .BTF if there are types, section headers: not mapped
package elfimage

import (
	"bytes"
	"fmt"

	"github.com/go-usdt/usdt/internal/elf"
)

// SlotSize is the distance in bytes between the stubs of an image. It is a power of two, and a stub
// and its landing fit in it, so no stub crosses a page boundary, where the kernel could not rewrite
// its site.
const SlotSize = 16

// Landing returns the no-op before every stub, or nil for a machine that images cannot be made for.
// It exists because gdb's breakpoint and a uprobe must not share a byte: the uprobe would take
// every trap, and gdb, if it leaves later, would put the uprobe's trap back, which kills the
// process. A call that enters at the landing runs into both.
func Landing(id elf.Machine) []byte {
	if m := machineOf(id); m != nil {
		return bytes.Clone(m.landing)
	}
	return nil
}

// MaxArgs is the number of arguments that a probe can have: the integer registers that C calls use
// on every supported machine.
const MaxArgs = 6

// A Spec says what is in an image.
type Spec struct {
	Machine  elf.Machine // EM_X86_64 or EM_AARCH64
	Provider string      // not empty, without NUL
	Probes   []Probe     // in the order of their stubs and notes; may be empty
	Site     []byte      // the machine code at every probe site; a return instruction follows it
	BTF      []byte      // the content of .BTF, in which the probes' signatures are; may be empty
	Base     uint64      // added to every address; 0 for an image that may be loaded anywhere
	// ForGDB makes an image that is only read, not mapped: notes and symbols have the addresses of the
	// landings, not of the sites, there are no segments, no gaps between pages in the file, and the
	// build ID is zero. The addresses are those of the same image without ForGDB.
	ForGDB bool
}

// A Probe is one of a provider's probes.
type Probe struct {
	Name string // unique in the image, not empty, without NUL
	// Args has the sizes of the arguments in bytes: 1, 2, 4 or 8, negative when signed; at most
	// MaxArgs.
	Args []int
}

// Build returns the image of s, which depends on nothing but s. For a machine that images cannot be
// made for, the error matches [errors.ErrUnsupported].
//
// The image takes little more than one page of the machine's largest size, plus the probes.
func Build(s Spec) ([]byte, error) {
	w, err := newWriter(s)
	if err == nil {
		err = w.write()
	}
	if err != nil {
		return nil, fmt.Errorf("make image of provider %q: %w", abbreviate(s.Provider), err)
	}
	return w.out, nil
}
