package elfimage

import (
	"debug/elf"
	"errors"
	"math"
)

// The sections, in the order of the file and of the section header table.
const (
	nullSection = iota
	buildID
	hash
	dynsym
	dynstr
	base
	text
	dynamic
	notes
	shstrtab
	sectionCount
)

// Sizes of the ELF structures that debug/elf does not give, in bytes.
const (
	headerSize  = 64
	segmentSize = 56
	sectionSize = 64
	dynSize     = 16
	wordSize    = 4

	headersSize = headerSize + segmentCount*segmentSize // what precedes the first section
)

// sectionForms has what is the same in every image. The notes have no flags, so they are not mapped: perf
// finds them only so.
var sectionForms = [sectionCount]elf.SectionHeader{
	buildID: {Name: ".note.gnu.build-id", Type: elf.SHT_NOTE, Flags: elf.SHF_ALLOC, Addralign: noteAlign},
	hash: {Name: ".hash", Type: elf.SHT_HASH, Flags: elf.SHF_ALLOC, Addralign: 8,
		Entsize: wordSize, Link: dynsym},
	dynsym: {Name: ".dynsym", Type: elf.SHT_DYNSYM, Flags: elf.SHF_ALLOC, Addralign: 8,
		Entsize: elf.Sym64Size, Link: dynstr, Info: 1}, // the first symbol that is not local
	dynstr: {Name: ".dynstr", Type: elf.SHT_STRTAB, Flags: elf.SHF_ALLOC, Addralign: 1},
	base:   {Name: ".stapsdt.base", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Addralign: 1},
	text: {Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR,
		Addralign: SlotSize},
	dynamic: {Name: ".dynamic", Type: elf.SHT_DYNAMIC, Flags: elf.SHF_ALLOC | elf.SHF_WRITE, Addralign: 8,
		Entsize: dynSize, Link: dynstr},
	notes:    {Name: ".note.stapsdt", Type: elf.SHT_NOTE, Addralign: noteAlign},
	shstrtab: {Name: ".shstrtab", Type: elf.SHT_STRTAB, Addralign: 1},
}

// layOut places the sections and the section header table.
func (im *image) layOut() error {
	im.sections = sectionForms
	im.measure()
	end := uint64(headersSize)
	for i := range im.sections[1:] {
		s := &im.sections[1+i]
		s.Offset = roundUp(end, im.placement(1+i))
		if s.Flags&elf.SHF_ALLOC != 0 {
			s.Addr = im.base + s.Offset
		}
		end = s.Offset + s.Size
	}
	im.sectionTable = roundUp(end, 8)
	im.size = im.sectionTable + sectionCount*sectionSize
	// Offsets of names and sizes of notes have 32 bits.
	if im.size > math.MaxInt32 {
		return errors.New("the image would be too large")
	}
	return nil
}

// measure sets the sizes of the sections.
func (im *image) measure() {
	symbols := uint64(len(im.probes) + 1)
	im.sections[buildID].Size = buildIDOffset + digestSize
	im.sections[hash].Size = (2 + 2*symbols) * wordSize
	im.sections[dynsym].Size = symbols * elf.Sym64Size
	im.sections[dynstr].Size = 1
	im.sections[base].Size = 1
	im.sections[text].Size = uint64(len(im.probes)) * SlotSize
	im.sections[dynamic].Size = uint64(len(im.dynamicEntries())) * dynSize
	for _, p := range im.probes {
		im.sections[dynstr].Size += uint64(len(p.name)) + 1
		im.sections[notes].Size += probeNoteHeader + roundUp(im.descriptionSize(p), noteAlign)
	}
	for _, s := range im.sections {
		im.sections[shstrtab].Size += uint64(len(s.Name)) + 1
	}
}

// placement returns what the offset of a section is a multiple of. .dynamic starts a page because its
// protection differs, and .text so that the stubs can be mapped without the rest.
func (im *image) placement(section int) uint64 {
	if section == text || section == dynamic {
		return im.target.page
	}
	return im.sections[section].Addralign
}

// roundUp returns the multiple of align, a power of two, that is not below n.
func roundUp(n, align uint64) uint64 { return (n + align - 1) &^ (align - 1) }
