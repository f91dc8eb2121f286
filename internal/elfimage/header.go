package elfimage

import "github.com/go-usdt/usdt/internal/elf"

const (
	segmentCount = 4
	segmentRoom  = segmentCount + 1 // for that of a writable .dynamic, which image.c can make
)

// putHeader writes an Elf64_Ehdr.
func (w *writer) putHeader() {
	w.out = append(w.out, elf.ELFMAG...)
	w.out = append(w.out, byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), elf.EV_CURRENT)
	w.seek(elf.EI_NIDENT)
	w.put16(uint16(elf.ET_DYN), uint16(w.machine.id))
	w.put32(elf.EV_CURRENT)
	w.put64(0, headerSize, w.sectionTable) // no entry point; where the two tables are
	w.put32(0)                             // no flags
	sections := uint16(w.sectionCount)     // #nosec G115 -- at most maxSections
	w.put16(headerSize, segmentSize, w.segmentCount(), sectionSize, sections, shstrtab)
}

// putSegments maps everything up to the end of .dynamic read-only and executable: uprobes fire in
// private mappings that are not writable. One segment for all is what costs dlopen least.
// PT_GNU_STACK is there for its flags: without it the linker would make every stack of the process
// executable.
func (w *writer) putSegments() {
	var (
		page  = w.machine.page
		table = w.sections[dynamic]
		id    = w.sections[buildID]
	)
	w.putSegment(elf.PT_LOAD, elf.PF_R|elf.PF_X, 0, table.offset+table.size, page)
	w.putSegment(elf.PT_DYNAMIC, elf.PF_R, table.offset, table.size, table.addralign)
	w.putSegment(elf.PT_NOTE, elf.PF_R, id.offset, id.size, id.addralign)
	w.putSegment(elf.PT_GNU_STACK, elf.PF_R|elf.PF_W, 0, 0, 16)
}

// putSegment writes an Elf64_Phdr. The virtual and the physical address are the same, and so are
// the sizes in the file and in memory.
func (w *writer) putSegment(typ elf.ProgType, flags elf.ProgFlag, offset, size, align uint64) {
	addr := w.base + offset
	w.put32(uint32(typ), uint32(flags))
	w.put64(offset, addr, addr, size, size, align)
}

func (w *writer) putSectionNames() {
	w.begin(shstrtab)
	for _, s := range w.sections[:w.sectionCount] {
		w.putString(s.name)
	}
}

// putBTF writes the types as they are.
func (w *writer) putBTF() {
	w.begin(btf)
	w.out = append(w.out, w.btf...)
}

// putSectionTable writes an Elf64_Shdr for each section.
func (w *writer) putSectionTable() {
	w.seek(w.sectionTable)
	name := 0
	for _, s := range w.sections[:w.sectionCount] {
		w.put32(uint32(name), uint32(s.typ))
		w.put64(uint64(s.flags), s.addr, s.offset, s.size)
		w.put32(s.link, s.info)
		w.put64(s.addralign, s.entsize)
		name += len(s.name) + 1
	}
}
