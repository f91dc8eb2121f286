package elfimage

import "github.com/go-usdt/usdt/internal/elf"

const segmentCount = 5

// putHeader writes an Elf64_Ehdr.
func (im *image) putHeader() {
	im.out = append(im.out, elf.ELFMAG...)
	im.out = append(im.out, byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), elf.EV_CURRENT)
	im.seek(elf.EI_NIDENT)
	im.put16(uint16(elf.ET_DYN), uint16(im.machine.id))
	im.put32(elf.EV_CURRENT)
	im.put64(0, headerSize, im.sectionTable) // no entry point; where the two tables are
	im.put32(0)                              // no flags
	im.put16(headerSize, segmentSize, segmentCount, sectionSize, sectionCount, shstrtab)
}

// putSegments maps everything up to the end of .text read-only and executable: uprobes fire in
// private mappings that are not writable. Only .dynamic is writable, for the dynamic linker.
// PT_GNU_STACK is there for its flags: without it the linker would make every stack of the process
// executable.
func (im *image) putSegments() {
	var (
		page  = im.machine.page
		code  = im.sections[text]
		table = im.sections[dynamic]
		id    = im.sections[buildID]
	)
	im.putSegment(elf.PT_LOAD, elf.PF_R|elf.PF_X, 0, code.offset+code.size, page)
	im.putSegment(elf.PT_LOAD, elf.PF_R|elf.PF_W, table.offset, table.size, page)
	im.putSegment(elf.PT_DYNAMIC, elf.PF_R|elf.PF_W, table.offset, table.size, table.addralign)
	im.putSegment(elf.PT_NOTE, elf.PF_R, id.offset, id.size, id.addralign)
	im.putSegment(elf.PT_GNU_STACK, elf.PF_R|elf.PF_W, 0, 0, 16)
}

// putSegment writes an Elf64_Phdr. The virtual and the physical address are the same, and so are
// the sizes in the file and in memory.
func (im *image) putSegment(typ elf.ProgType, flags elf.ProgFlag, offset, size, align uint64) {
	addr := im.base + offset
	im.put32(uint32(typ), uint32(flags))
	im.put64(offset, addr, addr, size, size, align)
}

func (im *image) putSectionNames() {
	im.begin(shstrtab)
	for _, s := range im.sections {
		im.putString(s.name)
	}
}

// putSectionTable writes an Elf64_Shdr for each section.
func (im *image) putSectionTable() {
	im.seek(im.sectionTable)
	name := 0
	for _, s := range im.sections {
		im.put32(uint32(name), uint32(s.typ))
		im.put64(uint64(s.flags), s.addr, s.offset, s.size)
		im.put32(s.link, s.info)
		im.put64(s.addralign, s.entsize)
		name += len(s.name) + 1
	}
}
