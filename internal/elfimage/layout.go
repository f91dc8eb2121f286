package elfimage

import (
	"errors"
	"math"

	"github.com/go-usdt/usdt/internal/elf"
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
	btf // absent from an image without types
	maxSections
)

// Sizes of ELF structures, in bytes.
const (
	headerSize  = 64
	segmentSize = 56
	sectionSize = 64
	dynSize     = 16
	wordSize    = 4
)

// A section is an Elf64_Shdr with the name in place of its offset.
type section struct {
	name               string
	typ                elf.SectionType
	flags              elf.SectionFlag
	addr, offset, size uint64
	link, info         uint32
	addralign, entsize uint64
}

// fixedSections has what is the same in every image. The notes have no flags, so they are not
// mapped: otherwise perf does not find them.
var fixedSections = [maxSections]section{
	buildID: {name: ".note.gnu.build-id", typ: elf.SHT_NOTE, flags: elf.SHF_ALLOC,
		addralign: noteAlign},
	hash: {name: ".hash", typ: elf.SHT_HASH, flags: elf.SHF_ALLOC, addralign: 8,
		entsize: wordSize, link: dynsym},
	dynsym: {name: ".dynsym", typ: elf.SHT_DYNSYM, flags: elf.SHF_ALLOC, addralign: 8,
		entsize: elf.Sym64Size, link: dynstr, info: 1}, // the first symbol that is not local
	dynstr: {name: ".dynstr", typ: elf.SHT_STRTAB, flags: elf.SHF_ALLOC, addralign: 1},
	base:   {name: ".stapsdt.base", typ: elf.SHT_PROGBITS, flags: elf.SHF_ALLOC, addralign: 1},
	text: {name: ".text", typ: elf.SHT_PROGBITS, flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR,
		addralign: SlotSize},
	dynamic: {name: ".dynamic", typ: elf.SHT_DYNAMIC, flags: elf.SHF_ALLOC,
		addralign: 8, entsize: dynSize, link: dynstr},
	notes:    {name: ".note.stapsdt", typ: elf.SHT_NOTE, addralign: noteAlign},
	shstrtab: {name: ".shstrtab", typ: elf.SHT_STRTAB, addralign: 1},
	btf:      {name: ".BTF", typ: elf.SHT_PROGBITS, addralign: 4},
}

// layOut places the sections and the section header table.
func (w *writer) layOut() error {
	w.sections = fixedSections
	w.sectionCount = maxSections
	if len(w.btf) == 0 {
		w.sectionCount = btf
	}
	w.measure()
	end, mapped := w.headersSize(), uint64(headerSize+segmentRoom*segmentSize)
	for i := range w.sections[1:] {
		s := &w.sections[1+i]
		mapped = roundUp(mapped, w.placement(1+i))
		s.offset = mapped
		if w.forGDB {
			s.offset = roundUp(end, s.addralign)
		}
		if s.flags&elf.SHF_ALLOC != 0 {
			s.addr = w.base + mapped
		}
		mapped += s.size
		end = s.offset + s.size
	}
	w.sectionTable = roundUp(end, 8)
	w.size = w.sectionTable
	w.size += uint64(w.sectionCount) * sectionSize // #nosec G115 -- not negative
	// Offsets of names and sizes of notes have 32 bits.
	if w.size > math.MaxInt32 {
		return errors.New("the image would be too large")
	}
	return nil
}

// segmentCount is that of this image.
func (w *writer) segmentCount() uint16 {
	if w.forGDB {
		return 0
	}
	return segmentCount
}

// headersSize is what precedes the first section, in bytes.
func (w *writer) headersSize() uint64 { return headerSize + uint64(w.segmentCount())*segmentSize }

// measure sets the sizes of the sections.
func (w *writer) measure() {
	symbols := uint64(len(w.probes) + 1)
	w.sections[buildID].size = buildIDOffset + digestSize
	w.sections[hash].size = (2 + 2*symbols) * wordSize
	w.sections[dynsym].size = symbols * elf.Sym64Size
	w.sections[dynstr].size = 1
	w.sections[base].size = 1
	w.sections[text].size = uint64(len(w.probes)) * SlotSize
	w.sections[dynamic].size = dynamicEntries * dynSize
	for _, p := range w.probes {
		w.sections[dynstr].size += uint64(len(p.Name)) + 1
		w.sections[notes].size += probeNoteHeader + roundUp(w.descriptorSize(p), noteAlign)
	}
	w.sections[btf].size = uint64(len(w.btf))
	for _, s := range w.sections[:w.sectionCount] {
		w.sections[shstrtab].size += uint64(len(s.name)) + 1
	}
}

// placement returns the number of which the offset of a section is a multiple. .text starts a page,
// so that the stubs can be mapped without what precedes them.
func (w *writer) placement(section int) uint64 {
	if section == text {
		return w.machine.page
	}
	return w.sections[section].addralign
}

// roundUp returns the multiple of align, a power of two, that is not below n.
func roundUp(n, align uint64) uint64 { return (n + align - 1) &^ (align - 1) }
