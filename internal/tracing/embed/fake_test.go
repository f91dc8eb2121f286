package embed_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"strings"

	"github.com/go-usdt/usdt/internal/block"
	usdtelf "github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/probesite"
)

// A fake is a program that nobody can run, with everything that Open looks for.
type fake struct {
	machine   elf.Machine
	libraries []string // each has a block
	main      string   // the name of main.main
	sections  []fakeSection
	typ       elf.Type
	appended  string
}

type fakeSection struct {
	name string
	elf.Section64
	data []byte
}

// Where a fake has what: offsets in the file, to which address is added. Go's text starts in the
// middle of the section .text, as in programs that are linked by another linker.
const (
	fakeAddress   = 0x400000
	fakeText      = 0x800
	fakeGoText    = 0x840
	fakeMain      = 0x900
	fakePrint     = 0x940 // the first one; 16 bytes are between them
	fakeBlocks    = 0x1000
	fakeBlockStep = 0x4000
)

func newFake(libraries ...string) *fake {
	return &fake{machine: elf.EM_X86_64, typ: elf.ET_EXEC, main: "main.main", libraries: libraries}
}

const library = "github.com/go-usdt/usdt"

// bytes returns the file.
func (f *fake) bytes() []byte {
	textEnd := fakeBlocks + fakeBlockStep*len(f.libraries)
	out := make([]byte, textEnd)
	type entry struct {
		name   string
		offset int
	}
	functions := []entry{{f.main, fakeMain}}
	for i, library := range f.libraries {
		at := fakeBlocks + i*fakeBlockStep
		copy(out[at:], f.block())
		functions = append(functions, entry{library + block.PrintSuffix, fakePrint + 16*i},
			entry{library + block.SymbolSuffix, at})
	}
	le := binary.LittleEndian
	var names, rows, about []byte
	for _, function := range functions {
		entryOffset := uint32(function.offset - fakeGoText)
		rows = le.AppendUint32(le.AppendUint32(rows, entryOffset), uint32(8*len(functions)+len(about)))
		about = le.AppendUint32(le.AppendUint32(about, entryOffset), uint32(len(names)))
		names = append(append(names, function.name...), 0)
	}
	const headerSize = 72
	table := append([]byte("\xf1\xff\xff\xff\x00\x00\x01\x08"), make([]byte, headerSize-8)...)
	le.PutUint64(table[8:], uint64(len(functions)))
	le.PutUint64(table[32:], headerSize)
	le.PutUint64(table[64:], uint64(headerSize+len(names)))
	table = append(append(append(table, names...), rows...), about...)
	out = append(out, table...)

	sections := []fakeSection{{}, {name: ".text", Section64: elf.Section64{Type: 1, Flags: 6,
		Addr: fakeAddress + fakeText, Off: fakeText, Size: uint64(textEnd - fakeText)}}}
	sections = append(sections, f.sections...)
	loaded := uint64(len(out))
	strings := []byte{0}
	for i := range sections[2:] {
		s := &sections[2+i]
		s.Off, s.Size = uint64(len(out)), uint64(len(s.data))
		out = append(out, s.data...)
	}
	sections = append(sections, fakeSection{name: ".shstrtab", Section64: elf.Section64{Type: 3}})
	for i := range sections {
		sections[i].Name = uint32(len(strings))
		strings = append(append(strings, sections[i].name...), 0)
	}
	last := &sections[len(sections)-1]
	last.Off, last.Size = uint64(len(out)), uint64(len(strings))
	out = append(out, strings...)
	h := elf.Header64{Type: uint16(f.typ), Machine: uint16(f.machine), Version: 1, Phoff: 64,
		Shoff: uint64(len(out)), Ehsize: 64, Phentsize: 56, Phnum: 1, Shentsize: 64,
		Shnum: uint16(len(sections)), Shstrndx: uint16(len(sections) - 1)}
	copy(h.Ident[:], "\x7fELF\x02\x01\x01")
	for _, s := range sections {
		out, _ = binary.Append(out, le, s.Section64)
	}
	segment := elf.Prog64{Type: 1, Flags: 5, Vaddr: fakeAddress, Filesz: loaded, Memsz: loaded}
	start, _ := binary.Append(nil, le, h)
	start, _ = binary.Append(start, le, segment)
	copy(out, start)
	return append(out, f.appended...)
}

// block returns what package static has in its text.
func (f *fake) block() []byte {
	machine := usdtelf.Machine(f.machine)
	size := int(block.SlotSize(machine))
	b := bytes.Repeat([]byte{0xcc}, size*block.Slots)
	for i := range block.Slots {
		for _, form := range []probesite.Form{probesite.Nop, probesite.Nop5, probesite.Nop10} {
			if at, ok := block.Site(machine, form); ok {
				copy(b[i*size+int(at):], form.Code(machine))
			}
		}
	}
	copy(b, block.Magic+strings.Repeat("\xcc", size-len(block.Magic)))
	return b
}
