package symbol

import (
	"encoding/binary"

	"github.com/go-usdt/usdt/internal/elf"
)

// Sizes of ELF's structures for 64-bit machines, in bytes.
const (
	headerSize  = 64
	segmentSize = 56
	sectionSize = 64
	relaSize    = 24

	maxHeaders = 1 << 12 // segments, and sections
)

// A segment is a range of a file that is mapped.
type segment struct {
	offset, address, size uint64 // size in the file
	flags                 elf.ProgFlag
}

// A section is a range of a file that link editors know by a name.
type section struct {
	name                  string
	typ                   elf.SectionType
	flags                 elf.SectionFlag
	address, offset, size uint64
	link                  uint32
}

// readELF reads the headers. It reports whether the file is one of a 64-bit little-endian machine.
func (f *File) readELF() bool {
	h := f.read(0, headerSize)
	if h == nil || string(h[:4]) != elf.ELFMAG || elf.Class(h[elf.EI_CLASS]) != elf.ELFCLASS64 ||
		elf.Data(h[elf.EI_DATA]) != elf.ELFDATA2LSB {
		return false
	}
	le := binary.LittleEndian
	f.readSegments(le.Uint64(h[32:]), int(le.Uint16(h[56:])))
	f.readSections(le.Uint64(h[40:]), int(le.Uint16(h[60:])), int(le.Uint16(h[62:])))
	return true
}

func (f *File) readSegments(at uint64, n int) {
	le := binary.LittleEndian
	for i := range min(n, maxHeaders) {
		b := f.read(at+uint64(i)*segmentSize, segmentSize) // #nosec G115 -- an index
		if b == nil {
			return
		}
		if elf.ProgType(le.Uint32(b)) != elf.PT_LOAD {
			continue
		}
		f.segments = append(f.segments, segment{
			flags: elf.ProgFlag(le.Uint32(b[4:])), offset: le.Uint64(b[8:]),
			address: le.Uint64(b[16:]), size: le.Uint64(b[32:]),
		})
	}
}

func (f *File) readSections(at uint64, n, names int) {
	le := binary.LittleEndian
	var nameOffsets []uint32
	for i := range min(n, maxHeaders) {
		b := f.read(at+uint64(i)*sectionSize, sectionSize) // #nosec G115 -- an index
		if b == nil {
			break
		}
		nameOffsets = append(nameOffsets, le.Uint32(b))
		f.sections = append(f.sections, section{
			typ: elf.SectionType(le.Uint32(b[4:])),
			// #nosec G115 -- the bits above are of processors
			flags:   elf.SectionFlag(le.Uint64(b[8:])),
			address: le.Uint64(b[16:]), offset: le.Uint64(b[24:]), size: le.Uint64(b[32:]),
			link: le.Uint32(b[40:]),
		})
	}
	if names >= len(f.sections) {
		return
	}
	for i := range f.sections {
		f.sections[i].name = f.text(f.sections[names].offset + uint64(nameOffsets[i]))
	}
}

// addressOf returns the link-time address of an offset in the file, in a segment with all flags.
func (f *File) addressOf(offset uint64, flags elf.ProgFlag) (address uint64, ok bool) {
	for _, s := range f.segments {
		if s.flags&flags == flags && offset >= s.offset && offset-s.offset < s.size {
			return offset - s.offset + s.address, true
		}
	}
	return 0, false
}

// offsetOf returns where in the file the link-time address is.
func (f *File) offsetOf(address uint64) (offset uint64, ok bool) {
	for _, s := range f.segments {
		if address >= s.address && address-s.address < s.size {
			return address - s.address + s.offset, true
		}
	}
	return 0, false
}
