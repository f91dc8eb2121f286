package sdtnote

import (
	"encoding/binary"

	"github.com/go-usdt/usdt/internal/elf"
)

// A fields decodes the members of an ELF structure one after another. The caller makes sure that b
// is long enough.
type fields struct {
	b     []byte
	order binary.ByteOrder
	wide  bool
}

func (e *elfFile) fields(b []byte) *fields {
	return &fields{b: b, order: e.order, wide: e.wide}
}

func (f *fields) u8() uint8 {
	v := f.b[0]
	f.b = f.b[1:]
	return v
}

func (f *fields) u16() uint16 {
	v := f.order.Uint16(f.b)
	f.b = f.b[2:]
	return v
}

func (f *fields) u32() uint32 {
	v := f.order.Uint32(f.b)
	f.b = f.b[4:]
	return v
}

// word decodes an address, an offset or a size of the file's class.
func (f *fields) word() uint64 {
	if !f.wide {
		return uint64(f.u32())
	}
	v := f.order.Uint64(f.b)
	f.b = f.b[8:]
	return v
}

// Sizes of the structures, in bytes, from the System V ABI.

func (e *elfFile) wordSize() int    { return e.byClass(4, 8) }
func (e *elfFile) headerSize() int  { return e.byClass(52, 64) }
func (e *elfFile) segmentSize() int { return e.byClass(32, 56) }
func (e *elfFile) sectionSize() int { return e.byClass(40, 64) }
func (e *elfFile) symbolSize() int  { return e.byClass(16, 24) }

func (e *elfFile) byClass(narrow, wide int) int {
	if e.wide {
		return wide
	}
	return narrow
}

// A header is the part of Elf32_Ehdr or Elf64_Ehdr that matters here, under the ABI's names.
type header struct {
	typ                        elf.Type
	machine                    elf.Machine
	phoff, shoff               uint64
	phentsize, phnum           uint16
	shentsize, shnum, shstrndx uint16
}

func (e *elfFile) header(b []byte) (h header) {
	f := e.fields(b[elf.EI_NIDENT:])
	h.typ = elf.Type(f.u16())
	h.machine = elf.Machine(f.u16())
	f.u32()  // version
	f.word() // entry
	h.phoff, h.shoff = f.word(), f.word()
	f.u32() // flags
	f.u16() // ehsize
	h.phentsize, h.phnum = f.u16(), f.u16()
	h.shentsize, h.shnum, h.shstrndx = f.u16(), f.u16(), f.u16()
	return h
}

// A segment is the part of Elf32_Phdr or Elf64_Phdr that matters here.
type segment struct {
	typ                                    elf.ProgType
	flags                                  elf.ProgFlag
	off, addr, fileSize, memorySize, align uint64
}

// segment decodes b. The place of the flags depends on the class.
func (e *elfFile) segment(b []byte) (s segment) {
	f := e.fields(b)
	s.typ = elf.ProgType(f.u32())
	if f.wide {
		s.flags = elf.ProgFlag(f.u32())
	}
	s.off, s.addr = f.word(), f.word()
	f.word() // physical address
	s.fileSize, s.memorySize = f.word(), f.word()
	if !f.wide {
		s.flags = elf.ProgFlag(f.u32())
	}
	s.align = f.word()
	return s
}

// A section is the part of Elf32_Shdr or Elf64_Shdr that matters here.
type section struct {
	name            uint64 // offset in the string table of the names
	typ             elf.SectionType
	flags           elf.SectionFlag
	addr, off, size uint64
	link            uint32 // of a symbol table: the index of its string table
}

func (e *elfFile) section(b []byte) (s section) {
	f := e.fields(b)
	s.name = uint64(f.u32())
	s.typ = elf.SectionType(f.u32())
	s.flags = elf.SectionFlag(f.word()) // #nosec G115 -- the flags of the ABI have 32 bits
	s.addr, s.off, s.size = f.word(), f.word(), f.word()
	s.link = f.u32()
	return s
}

// A symbol is the part of Elf32_Sym or Elf64_Sym that matters here.
type symbol struct {
	name    uint32 // offset in the string table
	typ     elf.SymType
	section elf.SectionIndex
	value   uint64
}

// symbol decodes b. The order of the members depends on the class.
func (e *elfFile) symbol(b []byte) (s symbol) {
	f := e.fields(b)
	s.name = f.u32()
	if !f.wide {
		s.value = f.word()
		f.word() // size
	}
	s.typ = elf.ST_TYPE(f.u8())
	f.u8() // visibility
	s.section = elf.SectionIndex(f.u16())
	if f.wide {
		s.value = f.word()
	}
	return s
}
