package embed

import (
	"debug/elf"
	"errors"
	"fmt"

	"github.com/go-usdt/usdt/internal/block"
	usdtelf "github.com/go-usdt/usdt/internal/elf"
)

// A Program is an executable with at least one block of slots.
type Program struct {
	*file
	machine usdtelf.Machine
	main    uint64 // address of main.main
	blocks  []slots
}

// slots is the block of one copy of the library.
type slots struct {
	library string // the import path of the module
	address uint64
	print   uint64 // address of the function that prints the declared probes
}

// Open reads a program. The content is not copied and must not change. Any bytes will do: what is
// not such a program gives an error that says why. Time is linear in the size of the content.
func Open(content []byte) (*Program, error) {
	f, err := parse(content)
	if err != nil {
		return nil, err
	}
	if err := f.checkType(); err != nil {
		return nil, err
	}
	p := &Program{file: f, machine: usdtelf.Machine(f.header.Machine)}
	if block.SlotSize(p.machine) == 0 {
		return nil, fmt.Errorf("%v: slots are for linux/amd64 and linux/arm64 only", p.machine)
	}
	return p, p.findBlocks()
}

// machineNames are what others call the machines.
var machineNames = map[usdtelf.Machine]struct{ goarch, qemu string }{
	usdtelf.EM_X86_64:  {"amd64", "x86_64"},
	usdtelf.EM_AARCH64: {"arm64", "aarch64"},
}

// Libraries returns the import paths of the copies of the library in the program: one, unless it
// was copied.
func (p *Program) Libraries() (paths []string) {
	for _, b := range p.blocks {
		paths = append(paths, b.library)
	}
	return paths
}

// checkType refuses what does not run by itself. What is loaded anywhere is a program if it names
// the dynamic linker, or says that it is one.
func (f *file) checkType() error {
	switch t := elf.Type(f.header.Type); t {
	case elf.ET_EXEC:
		return nil
	case elf.ET_DYN:
		if f.isPIE() {
			return nil
		}
		return errors.New("it is a shared library or a plugin, whose probes are published when it " +
			"runs; embed into programs only")
	default:
		return fmt.Errorf("%v: want a program that is linked", t)
	}
}

func (f *file) isPIE() bool {
	for _, s := range f.segments {
		switch elf.ProgType(s.Type) {
		case elf.PT_INTERP:
			return true
		case elf.PT_DYNAMIC:
			if f.saysPIE(f.content[s.Off : s.Off+s.Filesz]) {
				return true
			}
		}
	}
	return false
}

// saysPIE reports whether a dynamic section has the flag of programs.
func (f *file) saysPIE(dynamic []byte) bool {
	const entrySize = 16
	for ; len(dynamic) >= entrySize; dynamic = dynamic[entrySize:] {
		var d elf.Dyn64
		f.decode(dynamic, &d)
		if elf.DynTag(d.Tag) == elf.DT_FLAGS_1 {
			return elf.DynFlag1(d.Val)&elf.DF_1_PIE != 0 // #nosec G115 -- a low bit
		}
	}
	return false
}

func isLoaded(s elf.Prog64) bool { return elf.ProgType(s.Type) == elf.PT_LOAD }
