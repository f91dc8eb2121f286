package sdtnote_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"testing"
)

// A testFile is an ELF file to be built. It is encoded from the structures of debug/elf, which share
// nothing with the code under test.
type testFile struct {
	class    elf.Class
	data     elf.Data
	typ      elf.Type
	segments []elf.ProgHeader
	sections []testSection // the null section comes before them, the string table after
}

type testSection struct {
	name string
	elf.SectionHeader
	data []byte
}

// Where the segments of newFile are. Their addresses are not their offsets, and their bytes are not there:
// only the headers count.
const (
	textAddr, textOff = 0x401000, 0x1000
	dataAddr, dataOff = 0x502000, 0x2000
	segmentSize       = 0x1000
	baseAddr          = 0x402000
)

// newFile returns a file with one executable and one writable segment, .stapsdt.base and the given notes.
func newFile(class elf.Class, data elf.Data, notes ...[]byte) *testFile {
	return &testFile{
		class: class,
		data:  data,
		typ:   elf.ET_EXEC,
		segments: []elf.ProgHeader{
			{Type: elf.PT_PHDR, Flags: elf.PF_R | elf.PF_X, Vaddr: textAddr, Filesz: segmentSize},
			{Type: elf.PT_LOAD, Flags: elf.PF_R | elf.PF_X, Off: textOff, Vaddr: textAddr, Filesz: segmentSize},
			{Type: elf.PT_LOAD, Flags: elf.PF_R | elf.PF_W, Off: dataOff, Vaddr: dataAddr, Filesz: segmentSize},
		},
		sections: []testSection{baseAt(baseAddr), noteSection(notes...)},
	}
}

// new64 returns newFile for the most usual kind of file.
func new64(notes ...[]byte) *testFile {
	return newFile(elf.ELFCLASS64, elf.ELFDATA2LSB, notes...)
}

func baseAt(addr uint64) testSection {
	return testSection{".stapsdt.base", elf.SectionHeader{Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Addr: addr}, []byte{0}}
}

func noteSection(notes ...[]byte) testSection {
	return testSection{".note.stapsdt", elf.SectionHeader{Type: elf.SHT_NOTE}, bytes.Join(notes, nil)}
}

func byteOrder(data elf.Data) binary.ByteOrder {
	if data == elf.ELFDATA2MSB {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// bytes lays the file out: header, segments, the contents of the sections, their names, their headers.
func (f *testFile) bytes(t testing.TB) []byte {
	t.Helper()
	headerSize, segmentSize := 64, 56
	if f.class == elf.ELFCLASS32 {
		headerSize, segmentSize = 52, 32
	}

	names := testSection{name: ".shstrtab", SectionHeader: elf.SectionHeader{Type: elf.SHT_STRTAB}, data: []byte{0}}
	sections := append(f.sections, names)
	last := &sections[len(sections)-1]
	nameAt := make([]int, len(sections))
	for i, s := range sections {
		nameAt[i] = len(last.data)
		last.data = append(append(last.data, s.name...), 0)
	}

	body := make([]byte, headerSize+len(f.segments)*segmentSize)
	offsets := make([]int, len(sections))
	for i, s := range sections {
		offsets[i] = len(body)
		body = append(body, s.data...)
		body = append(body, make([]byte, -len(body)&7)...)
	}
	shoff := len(body)

	var headers []byte
	headers = f.append(t, headers, f.header(headerSize, shoff, len(sections)+1))
	for _, s := range f.segments {
		headers = f.append(t, headers, f.segment(s))
	}
	copy(body, headers)
	body = f.append(t, body, f.section(elf.SectionHeader{}, 0))
	for i, s := range sections {
		s.Offset += uint64(offsets[i])
		s.Size += uint64(len(s.data))
		body = f.append(t, body, f.section(s.SectionHeader, nameAt[i]))
	}
	return body
}

func (f *testFile) append(t testing.TB, b []byte, v any) []byte {
	t.Helper()
	b, err := binary.Append(b, byteOrder(f.data), v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (f *testFile) header(size, shoff, shnum int) any {
	h := elf.Header64{
		Ident: [16]byte{0x7f, 'E', 'L', 'F', byte(f.class), byte(f.data), byte(elf.EV_CURRENT)},
		Type:  uint16(f.typ), Machine: uint16(elf.EM_X86_64), Version: uint32(elf.EV_CURRENT),
		Phoff: uint64(size), Shoff: uint64(shoff), Ehsize: uint16(size),
		Phentsize: 56, Phnum: uint16(len(f.segments)), Shentsize: 64, Shnum: uint16(shnum), Shstrndx: uint16(shnum - 1),
	}
	if f.class != elf.ELFCLASS32 {
		return h
	}
	return elf.Header32{
		Ident: h.Ident, Type: h.Type, Machine: uint16(elf.EM_386), Version: h.Version,
		Phoff: uint32(h.Phoff), Shoff: uint32(h.Shoff), Ehsize: h.Ehsize,
		Phentsize: 32, Phnum: h.Phnum, Shentsize: 40, Shnum: h.Shnum, Shstrndx: h.Shstrndx,
	}
}

func (f *testFile) segment(p elf.ProgHeader) any {
	if f.class == elf.ELFCLASS32 {
		return elf.Prog32{Type: uint32(p.Type), Off: uint32(p.Off), Vaddr: uint32(p.Vaddr),
			Filesz: uint32(p.Filesz), Memsz: uint32(p.Memsz), Flags: uint32(p.Flags)}
	}
	return elf.Prog64{Type: uint32(p.Type), Flags: uint32(p.Flags), Off: p.Off, Vaddr: p.Vaddr,
		Filesz: p.Filesz, Memsz: p.Memsz}
}

func (f *testFile) section(s elf.SectionHeader, name int) any {
	if f.class == elf.ELFCLASS32 {
		return elf.Section32{Name: uint32(name), Type: uint32(s.Type), Flags: uint32(s.Flags),
			Addr: uint32(s.Addr), Off: uint32(s.Offset), Size: uint32(s.Size), Link: s.Link}
	}
	return elf.Section64{Name: uint32(name), Type: uint32(s.Type), Flags: uint64(s.Flags),
		Addr: s.Addr, Off: s.Offset, Size: s.Size, Link: s.Link}
}

// note encodes an ELF note, padded.
func note(order binary.ByteOrder, owner string, typ uint32, desc []byte) []byte {
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

// noteOf encodes a stapsdt note of a file of the given kind; text is what follows the addresses.
func noteOf(t testing.TB, class elf.Class, data elf.Data, location, base, semaphore uint64, text string) []byte {
	t.Helper()
	var addresses any = []uint64{location, base, semaphore}
	if class == elf.ELFCLASS32 {
		addresses = []uint32{uint32(location), uint32(base), uint32(semaphore)}
	}
	desc, err := binary.Append(nil, byteOrder(data), addresses)
	if err != nil {
		t.Fatal(err)
	}
	return note(byteOrder(data), "stapsdt\x00", 3, append(desc, text...))
}

// note64 encodes a stapsdt note of a 64-bit little-endian file.
func note64(location, base, semaphore uint64, text string) []byte {
	desc := make([]byte, 0, 24+len(text))
	for _, address := range []uint64{location, base, semaphore} {
		desc = binary.LittleEndian.AppendUint64(desc, address)
	}
	return note(binary.LittleEndian, "stapsdt\x00", 3, append(desc, text...))
}
