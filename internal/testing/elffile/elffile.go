// Package elffile encodes small ELF files with stapsdt notes for tests, right ones and wrong ones.
// It takes the structures from debug/elf, so that it shares nothing with the code under test.
package elffile

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"testing"
)

// A File is an ELF file to be encoded. A test changes its fields to make the file wrong.
type File struct {
	Class    elf.Class
	Data     elf.Data
	Type     elf.Type
	Segments []elf.ProgHeader
	Sections []Section // Bytes puts the null section before them, and the names after
}

// A Section is a section to be encoded. Bytes adds the place and the length of Data to the header's
// Offset and Size, so that a test can make these wrong by any amount.
type Section struct {
	Name string
	elf.SectionHeader
	Data []byte
}

// The segments of New: their addresses and offsets in the file, which differ, and their size. Only
// their headers are in the file. BaseAddr is the address of .stapsdt.base.
const (
	TextAddr, TextOff = 0x401000, 0x1000
	DataAddr, DataOff = 0x502000, 0x2000
	SegmentSize       = 0x1000
	BaseAddr          = 0x402000
)

// New returns a file with one executable and one writable segment, .stapsdt.base and the notes.
func New(class elf.Class, data elf.Data, notes ...[]byte) *File {
	return &File{
		Class: class,
		Data:  data,
		Type:  elf.ET_EXEC,
		Segments: []elf.ProgHeader{
			{Type: elf.PT_PHDR, Flags: elf.PF_R | elf.PF_X, Vaddr: TextAddr, Filesz: SegmentSize},
			{Type: elf.PT_LOAD, Flags: elf.PF_R | elf.PF_X,
				Off: TextOff, Vaddr: TextAddr, Filesz: SegmentSize},
			{Type: elf.PT_LOAD, Flags: elf.PF_R | elf.PF_W,
				Off: DataOff, Vaddr: DataAddr, Filesz: SegmentSize},
		},
		Sections: []Section{BaseAt(BaseAddr), NoteSection(notes...)},
	}
}

// New64 is New for a 64-bit little-endian file.
func New64(notes ...[]byte) *File {
	return New(elf.ELFCLASS64, elf.ELFDATA2LSB, notes...)
}

// BaseAt returns .stapsdt.base at that address.
func BaseAt(addr uint64) Section {
	header := elf.SectionHeader{Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Addr: addr}
	return Section{".stapsdt.base", header, []byte{0}}
}

// NoteSection returns .note.stapsdt with the notes, which [Note], [NoteOf] and [Note64] encode.
func NoteSection(notes ...[]byte) Section {
	return Section{".note.stapsdt", elf.SectionHeader{Type: elf.SHT_NOTE}, bytes.Join(notes, nil)}
}

// ByteOrder returns the byte order of a file.
func ByteOrder(data elf.Data) binary.ByteOrder {
	if data == elf.ELFDATA2MSB {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// Bytes encodes the file: header, segments, contents of the sections, their names, their headers.
func (f *File) Bytes(t testing.TB) []byte {
	t.Helper()
	headerSize, segmentSize := 64, 56
	if f.Class == elf.ELFCLASS32 {
		headerSize, segmentSize = 52, 32
	}

	names := Section{".shstrtab", elf.SectionHeader{Type: elf.SHT_STRTAB}, []byte{0}}
	sections := append(f.Sections, names)
	last := &sections[len(sections)-1]
	nameAt := make([]int, len(sections))
	for i, s := range sections {
		nameAt[i] = len(last.Data)
		last.Data = append(append(last.Data, s.Name...), 0)
	}

	body := make([]byte, headerSize+len(f.Segments)*segmentSize)
	offsets := make([]int, len(sections))
	for i, s := range sections {
		offsets[i] = len(body)
		body = append(body, s.Data...)
		body = append(body, make([]byte, -len(body)&7)...)
	}
	shoff := len(body)

	var headers []byte
	headers = f.Append(t, headers, f.header(headerSize, shoff, len(sections)+1))
	for _, s := range f.Segments {
		headers = f.Append(t, headers, f.segment(s))
	}
	copy(body, headers)
	body = f.Append(t, body, f.section(elf.SectionHeader{}, 0))
	for i, s := range sections {
		s.Offset += uint64(offsets[i])
		s.Size += uint64(len(s.Data))
		body = f.Append(t, body, f.section(s.SectionHeader, nameAt[i]))
	}
	return body
}

// Append appends v, which has a fixed size, in the byte order of the file.
func (f *File) Append(t testing.TB, b []byte, v any) []byte {
	t.Helper()
	b, err := binary.Append(b, ByteOrder(f.Data), v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (f *File) header(size, shoff, shnum int) any {
	h := elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', byte(f.Class), byte(f.Data), byte(elf.EV_CURRENT)},
		Type:  uint16(f.Type), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Phoff: uint64(size), Shoff: uint64(shoff), Ehsize: uint16(size),
		Phentsize: 56, Phnum: uint16(len(f.Segments)),
		Shentsize: 64, Shnum: uint16(shnum), Shstrndx: uint16(shnum - 1),
	}
	if f.Class != elf.ELFCLASS32 {
		return h
	}
	return elf.Header32{
		Ident: h.Ident, Type: h.Type, Machine: uint16(elf.EM_386), Version: h.Version,
		Phoff: uint32(h.Phoff), Shoff: uint32(h.Shoff), Ehsize: h.Ehsize,
		Phentsize: 32, Phnum: h.Phnum, Shentsize: 40, Shnum: h.Shnum, Shstrndx: h.Shstrndx,
	}
}

func (f *File) segment(p elf.ProgHeader) any {
	if f.Class == elf.ELFCLASS32 {
		return elf.Prog32{Type: uint32(p.Type), Off: uint32(p.Off), Vaddr: uint32(p.Vaddr),
			Filesz: uint32(p.Filesz), Memsz: uint32(p.Memsz), Flags: uint32(p.Flags)}
	}
	return elf.Prog64{Type: uint32(p.Type), Flags: uint32(p.Flags), Off: p.Off, Vaddr: p.Vaddr,
		Filesz: p.Filesz, Memsz: p.Memsz}
}

func (f *File) section(s elf.SectionHeader, name int) any {
	if f.Class == elf.ELFCLASS32 {
		return elf.Section32{Name: uint32(name), Type: uint32(s.Type), Flags: uint32(s.Flags),
			Addr: uint32(s.Addr), Off: uint32(s.Offset), Size: uint32(s.Size), Link: s.Link}
	}
	return elf.Section64{Name: uint32(name), Type: uint32(s.Type), Flags: uint64(s.Flags),
		Addr: s.Addr, Off: s.Offset, Size: s.Size, Link: s.Link}
}

// Note encodes an ELF note with its padding.
func Note(order binary.ByteOrder, owner string, typ uint32, desc []byte) []byte {
	appender := order.(binary.AppendByteOrder)
	b := appender.AppendUint32(nil, uint32(len(owner)))
	b = appender.AppendUint32(b, uint32(len(desc)))
	b = appender.AppendUint32(b, typ)
	for _, field := range [][]byte{[]byte(owner), desc} {
		b = append(b, field...)
		b = append(b, make([]byte, -len(b)&3)...)
	}
	return b
}

// NoteOf encodes a stapsdt note for a file of that class and byte order. text is what follows the
// addresses in its description.
func NoteOf(
	t testing.TB, class elf.Class, data elf.Data, location, base, semaphore uint64, text string,
) []byte {
	t.Helper()
	var addresses any = []uint64{location, base, semaphore}
	if class == elf.ELFCLASS32 {
		addresses = []uint32{uint32(location), uint32(base), uint32(semaphore)}
	}
	desc, err := binary.Append(nil, ByteOrder(data), addresses)
	if err != nil {
		t.Fatal(err)
	}
	return Note(ByteOrder(data), "stapsdt\x00", 3, append(desc, text...))
}

// Note64 is NoteOf for a 64-bit little-endian file.
func Note64(location, base, semaphore uint64, text string) []byte {
	desc := make([]byte, 0, 24+len(text))
	for _, address := range []uint64{location, base, semaphore} {
		desc = binary.LittleEndian.AppendUint64(desc, address)
	}
	return Note(binary.LittleEndian, "stapsdt\x00", 3, append(desc, text...))
}
