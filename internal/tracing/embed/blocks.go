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
	"github.com/go-usdt/usdt/internal/probesite"
)

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
	return string(name) == mainFunction || isArchiveEntry(string(name)) ||
		bytes.HasSuffix(name, []byte(block.SymbolSuffix)) ||
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
			return errors.New("its main is not Go's (-buildmode=c-archive), so it cannot be stopped " +
				"before main; its probes are published when it runs")
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
