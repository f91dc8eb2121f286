package embed

import (
	"bytes"
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/block"
	usdtelf "github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/probesite"
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
			return elf.DynFlag1(d.Val)&elf.DF_1_PIE != 0
		}
	}
	return false
}

func isLoaded(s elf.Prog64) bool { return elf.ProgType(s.Type) == elf.PT_LOAD }

// errNoBlock is the error about a program without slots.
var errNoBlock = errors.New("it has no slots for probes; in its package main, add " +
	`import _ "github.com/go-usdt/usdt/stapsdt/static", and build it for linux/amd64 or linux/arm64`)

func (p *Program) findBlocks() error {
	addresses := p.blockAddresses()
	tables := p.tables()
	switch {
	case len(tables) == 0:
		return errors.New("it is not a Go program, or of a Go older than 1.20")
	case len(addresses) == 0:
		return errNoBlock
	}
	for _, table := range tables {
		if err := p.setFunctions(functions(table, isWanted), addresses); err == nil {
			return nil
		} else if len(tables) == 1 {
			return err
		}
	}
	return errors.New("none of its tables of functions is about its slots; is it a Go program?")
}

// blockAddresses returns the addresses of all blocks, in ascending order.
func (p *Program) blockAddresses() (found []uint64) {
	for _, s := range p.segments {
		if !isLoaded(s) || elf.ProgFlag(s.Flags)&elf.PF_X == 0 {
			continue
		}
		text := p.content[s.Off : s.Off+s.Filesz]
		for at := 0; ; at += len(block.Magic) {
			i := bytes.Index(text[at:], []byte(block.Magic))
			if i < 0 {
				break
			}
			at += i
			address := s.Vaddr + uint64(at) // #nosec G115 -- not negative
			if address%block.Align == 0 && p.isBlock(text[at:]) {
				found = append(found, address)
			}
		}
	}
	slices.Sort(found)
	return found
}

// isBlock reports whether text begins with a block: each slot behind the first has the sites.
func (p *Program) isBlock(text []byte) bool {
	size := int(block.SlotSize(p.machine)) // #nosec G115 -- some bytes
	if len(text) < block.Slots*size {
		return false
	}
	for i := 1; i < block.Slots; i++ {
		slot := text[i*size : (i+1)*size]
		for _, form := range forms {
			at, ok := block.Site(p.machine, form)
			if ok && !bytes.HasPrefix(slot[at:], form.Code(p.machine)) {
				return false
			}
		}
	}
	return true
}

var forms = [...]probesite.Form{probesite.Nop, probesite.Nop5, probesite.Nop10}

const mainFunction = "main.main"

// isArchiveEntry reports whether a function is the entry of Go code in a program whose main is not
// Go's: it was built with -buildmode=c-archive.
func isArchiveEntry(name string) bool {
	return strings.HasPrefix(name, "_rt0_") && strings.HasSuffix(name, "_linux_lib")
}

func isWanted(name []byte) bool {
	return string(name) == mainFunction || isArchiveEntry(string(name)) || bytes.HasSuffix(name, []byte(block.SymbolSuffix)) ||
		bytes.HasSuffix(name, []byte(block.PrintSuffix))
}

// setFunctions finds the functions. Where Go's text starts, the table does not say in all programs;
// but the addresses of the blocks are known, and the table has the same in the same order.
func (p *Program) setFunctions(found []function, addresses []uint64) error {
	offsets := make(map[string]uint64)
	var blocks []function
	for _, f := range found {
		offsets[f.name] = f.offset
		if isArchiveEntry(f.name) {
			return errors.New("its main is not Go's (-buildmode=c-archive), so it cannot be stopped before " +
				"main; its probes are published when it runs")
		}
		if strings.HasSuffix(f.name, block.SymbolSuffix) {
			blocks = append(blocks, f)
		}
	}
	slices.SortFunc(blocks, func(a, b function) int { return cmp.Compare(a.offset, b.offset) })
	main, hasMain := offsets[mainFunction]
	if len(blocks) != len(addresses) || !hasMain {
		return fmt.Errorf("its table of functions has %d of %d blocks of slots, and main.main: %t; do "+
			"not obfuscate names", len(blocks), len(addresses), hasMain)
	}
	start := addresses[0] - blocks[0].offset
	p.main, p.blocks = start+main, nil
	for i, b := range blocks {
		library := strings.TrimSuffix(b.name, block.SymbolSuffix)
		print, ok := offsets[library+block.PrintSuffix]
		if !ok || start+b.offset != addresses[i] {
			return fmt.Errorf("%s has slots, but no function that prints its probes: the program "+
				"is damaged, or of another version than this usdt", library)
		}
		p.blocks = append(p.blocks, slots{library, addresses[i], start + print})
	}
	return nil
}
