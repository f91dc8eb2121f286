package embed

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
)

// A file is an ELF file of 64 bits and little-endian, as it is read. Its tables lie within it.
type file struct {
	content  []byte
	header   elf.Header64
	segments []elf.Prog64
	sections []section
}

// A section is a row of the section header table, and its name.
type section struct {
	elf.Section64
	name string
}

// Sizes of the structures, in bytes.
var (
	headerSize  = binary.Size(elf.Header64{})
	segmentSize = binary.Size(elf.Prog64{})
	sectionSize = binary.Size(elf.Section64{})
)

// ErrNotELF is matched by the error about a file that does not begin like an ELF file.
var ErrNotELF = errors.New("not an ELF file")

func parse(content []byte) (*file, error) {
	f := &file{content: content}
	if !bytes.HasPrefix(content, []byte(elf.ELFMAG)) || len(content) < headerSize {
		return nil, ErrNotELF
	}
	class, data := elf.Class(content[elf.EI_CLASS]), elf.Data(content[elf.EI_DATA])
	if class != elf.ELFCLASS64 || data != elf.ELFDATA2LSB {
		return nil, fmt.Errorf("%v and %v: slots are for linux/amd64 and linux/arm64 only", class, data)
	}
	f.decode(content, &f.header)
	h := &f.header
	if int(h.Phentsize) != segmentSize || int(h.Shentsize) != sectionSize {
		return nil, errors.New("it has no segments or no section headers; embed before anything " +
			"removes or packs these")
	}
	if h.Shnum == 0 || h.Shstrndx >= h.Shnum || h.Shnum >= uint16(elf.SHN_LORESERVE)-maxAdded {
		return nil, fmt.Errorf("%d section headers, the names of which are in section %d: want 1 to %d",
			h.Shnum, h.Shstrndx, uint16(elf.SHN_LORESERVE)-maxAdded)
	}
	if err := f.parseSegments(); err != nil {
		return nil, err
	}
	return f, f.parseSections()
}

// decode decodes a structure of fixed size at the start of b, which is long enough.
func (*file) decode(b []byte, to any) {
	if _, err := binary.Decode(b, binary.LittleEndian, to); err != nil {
		panic(err) // b is not long enough
	}
}

func (f *file) parseSegments() error {
	// #nosec G115 -- a constant
	table, err := f.at(f.header.Phoff, uint64(f.header.Phnum)*uint64(segmentSize))
	if err != nil {
		return fmt.Errorf("program headers: %w", err)
	}
	f.segments = make([]elf.Prog64, f.header.Phnum)
	for i := range f.segments {
		f.decode(table[i*segmentSize:], &f.segments[i])
		if _, err := f.at(f.segments[i].Off, f.segments[i].Filesz); err != nil {
			return fmt.Errorf("segment %d: %w", i, err)
		}
	}
	return nil
}

func (f *file) parseSections() error {
	// #nosec G115 -- a constant
	table, err := f.at(f.header.Shoff, uint64(f.header.Shnum)*uint64(sectionSize))
	if err != nil {
		return fmt.Errorf("section headers: %w", err)
	}
	f.sections = make([]section, f.header.Shnum)
	for i := range f.sections {
		f.decode(table[i*sectionSize:], &f.sections[i].Section64)
		if _, err := f.data(f.sections[i]); err != nil {
			return fmt.Errorf("section %d: %w", i, err)
		}
	}
	named := f.sections[f.header.Shstrndx]
	if elf.SectionType(named.Type) != elf.SHT_STRTAB {
		return fmt.Errorf("the names of its sections are in section %d, which is no string table",
			f.header.Shstrndx)
	}
	names, _ := f.data(named)
	for i := range f.sections {
		s := &f.sections[i]
		if s.name, err = stringAt(names, uint64(s.Name), maxName); err != nil {
			return fmt.Errorf("name of section %d: %w", i, err)
		}
	}
	return nil
}

// at returns size bytes of the file from an offset on.
func (f *file) at(offset, size uint64) ([]byte, error) {
	if n := uint64(len(f.content)); offset > n || size > n-offset {
		return nil, fmt.Errorf("the file ends before %d bytes at offset %#x: it is truncated", size,
			offset)
	}
	return f.content[offset : offset+size], nil
}

// headersEnd returns where the ELF header and the program headers end, which are first in the file.
func (f *file) headersEnd() uint64 {
	end := f.header.Phoff + uint64(len(f.segments)*segmentSize) // #nosec G115 -- it is in the file
	return max(end, uint64(headerSize))                         // #nosec G115 -- some bytes
}

// data returns the content of a section, none for a section that is in memory only.
func (f *file) data(s section) ([]byte, error) {
	if t := elf.SectionType(s.Type); t == elf.SHT_NOBITS || t == elf.SHT_NULL {
		return nil, nil
	}
	return f.at(s.Off, s.Size)
}

// inFile returns the offset in the file of an address, from which on size bytes are loaded.
func (f *file) inFile(address, size uint64) (offset uint64, ok bool) {
	for _, s := range f.segments {
		if elf.ProgType(s.Type) == elf.PT_LOAD && address >= s.Vaddr && size <= s.Filesz &&
			address-s.Vaddr <= s.Filesz-size {
			return s.Off + (address - s.Vaddr), true
		}
	}
	return 0, false
}

// maxName bounds the names of sections and functions that are looked at, in bytes.
const maxName = 1024

// stringAt returns the string at an offset of a table of strings.
func stringAt(table []byte, offset uint64, limit int) (string, error) {
	if offset >= uint64(len(table)) {
		return "", fmt.Errorf("it is at %d in a table of %d bytes", offset, len(table))
	}
	rest := table[offset:]
	end := bytes.IndexByte(rest[:min(len(rest), limit)], 0)
	if end < 0 {
		return "", fmt.Errorf("it has no end within %d bytes", limit)
	}
	return string(rest[:end]), nil
}
