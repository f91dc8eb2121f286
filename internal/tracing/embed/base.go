package embed

import (
	"cmp"
	"debug/elf"
	"slices"
)

// base returns the section .stapsdt.base. Where a tool has moved it, tracers move the sites of all
// notes: gdb by its address, and takes no notes without it; perf by its offset in the file, so that
// it comes from addresses to offsets only if both are apart as those of the sites are.
//
// So if no probes of C have brought one, the section is in the segment of the block: in a gap
// between the sections of the linker, because strip(1) moves sections that overlap. Go's
// linker leaves one where its section header table was, and others to align .text. Without a gap,
// the section is not loaded, and perf needs another embed after strip.
//
// Notes of others that have no base must not get one. Then the section has no name and is left out.
func (p *Program) base(isForeign bool) section {
	if isForeign {
		i := slices.IndexFunc(p.sections, isBase)
		if i < 0 {
			return section{}
		}
		return p.sections[i]
	}
	s := section{name: baseSection, Section64: elf.Section64{
		Type: uint32(elf.SHT_PROGBITS), Flags: uint64(elf.SHF_ALLOC), Size: 1, Addralign: 1}}
	for _, segment := range p.segments {
		if isLoaded(segment) && p.blocks[0].address-segment.Vaddr < segment.Filesz {
			s.Addr = p.gap(segment)
			if s.Addr-segment.Vaddr >= segment.Filesz {
				s.Addr, s.Flags = p.blocks[0].address, 0
			}
			s.Off = segment.Off + s.Addr - segment.Vaddr
		}
	}
	return s
}

func isBase(s section) bool { return s.name == baseSection }

// gap returns the lowest address of a segment that is in no section, nor in the headers that the
// file begins with.
func (f *file) gap(in elf.Prog64) uint64 {
	address := in.Vaddr
	if in.Off == 0 {
		address += f.headersEnd()
	}
	sections := slices.DeleteFunc(slices.Clone(f.sections), func(s section) bool {
		return elf.SectionFlag(s.Flags)&elf.SHF_ALLOC == 0 || isBase(s) // #nosec G115 -- a low bit
	})
	slices.SortFunc(sections, func(a, b section) int { return cmp.Compare(a.Addr, b.Addr) })
	for _, s := range sections {
		if s.Addr <= address && address-s.Addr < s.Size {
			address = s.Addr + s.Size
		}
	}
	return address
}
