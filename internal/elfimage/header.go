package elfimage

import "github.com/go-usdt/usdt/internal/elf"

const segmentCount = 5

func (im *image) putHeader() {
	h := elf.Header64{
		Type:      uint16(elf.ET_DYN),
		Machine:   uint16(im.machine),
		Version:   uint32(elf.EV_CURRENT),
		Phoff:     headerSize,
		Shoff:     im.sectionTable,
		Ehsize:    headerSize,
		Phentsize: segmentSize,
		Phnum:     segmentCount,
		Shentsize: sectionSize,
		Shnum:     sectionCount,
		Shstrndx:  shstrtab,
	}
	copy(h.Ident[:], elf.ELFMAG)
	h.Ident[elf.EI_CLASS] = byte(elf.ELFCLASS64)
	h.Ident[elf.EI_DATA] = byte(elf.ELFDATA2LSB)
	h.Ident[elf.EI_VERSION] = byte(elf.EV_CURRENT)
	im.put(&h)
}

// putSegments maps everything up to the end of .text read-only and executable: uprobes fire in private
// mappings that are not writable. Only .dynamic is writable, for the dynamic linker. PT_GNU_STACK
// is there for its flags: without it the linker would make every stack of the process executable.
func (im *image) putSegments() {
	var (
		page  = im.target.page
		code  = im.sections[text]
		table = im.sections[dynamic]
		id    = im.sections[buildID]
	)
	im.put(&[segmentCount]elf.Prog64{
		im.segment(elf.PT_LOAD, elf.PF_R|elf.PF_X, 0, code.offset+code.size, page),
		im.segment(elf.PT_LOAD, elf.PF_R|elf.PF_W, table.offset, table.size, page),
		im.segment(elf.PT_DYNAMIC, elf.PF_R|elf.PF_W, table.offset, table.size, table.addralign),
		im.segment(elf.PT_NOTE, elf.PF_R, id.offset, id.size, id.addralign),
		im.segment(elf.PT_GNU_STACK, elf.PF_R|elf.PF_W, 0, 0, 16),
	})
}

func (im *image) segment(typ elf.ProgType, flags elf.ProgFlag, offset, size, align uint64) elf.Prog64 {
	return elf.Prog64{
		Type:   uint32(typ),
		Flags:  uint32(flags),
		Off:    offset,
		Vaddr:  im.base + offset,
		Paddr:  im.base + offset,
		Filesz: size,
		Memsz:  size,
		Align:  align,
	}
}

func (im *image) putSectionNames() {
	im.begin(shstrtab)
	for _, s := range im.sections {
		im.putString(s.name)
	}
}

func (im *image) putSectionTable() {
	im.seek(im.sectionTable)
	name := 0
	for _, s := range im.sections {
		im.put(&elf.Section64{
			Name:      uint32(name),
			Type:      uint32(s.typ),
			Flags:     uint64(s.flags),
			Addr:      s.addr,
			Off:       s.offset,
			Size:      s.size,
			Link:      s.link,
			Info:      s.info,
			Addralign: s.addralign,
			Entsize:   s.entsize,
		})
		name += len(s.name) + 1
	}
}
