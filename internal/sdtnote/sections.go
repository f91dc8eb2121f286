package sdtnote

import (
	"errors"
	"fmt"

	"github.com/go-usdt/usdt/internal/elf"
)

// readSections finds the sections that matter. If a file was stripped of the section headers or
// their names, no tracer can find its notes.
func (e *elfFile) readSections(h header) error {
	if h.shoff == 0 {
		return nil
	}
	if h.shnum == 0 || h.shstrndx == uint16(elf.SHN_XINDEX) {
		return fmt.Errorf("extended section numbering: %w", errors.ErrUnsupported)
	}
	if h.shstrndx == uint16(elf.SHN_UNDEF) {
		return nil
	}
	size := e.sectionSize()
	if int(h.shentsize) != size {
		return malformed("entry of %d bytes, want %d", h.shentsize, size)
	}
	if h.shstrndx >= h.shnum {
		return malformed("names are in section %d of %d", h.shstrndx, h.shnum)
	}
	tableSize := uint64(size) * uint64(h.shnum) // #nosec G115 -- size is 40 or 64
	table, err := e.bytesAt(h.shoff, tableSize)
	if err != nil {
		return err
	}

	names := e.section(table[size*int(h.shstrndx):])
	if names.typ != elf.SHT_STRTAB || names.off+names.size < names.off {
		return malformed("section %d is no string table", h.shstrndx)
	}
	var total uint64
	for i := range int(h.shnum) {
		s := e.section(table[size*i:])
		if err := e.addSection(s, names, &total); err != nil {
			return fmt.Errorf("section %d: %w", i, err)
		}
		isSymbolTable := s.typ == elf.SHT_SYMTAB || s.typ == elf.SHT_DYNSYM
		if isSymbolTable && s.link < uint32(h.shnum) {
			strings := e.section(table[size*int(s.link):])
			e.symbolTables = append(e.symbolTables, symbolTable{s, strings})
		}
	}
	return nil
}

// addSection keeps s if it matters. total is the size of the note sections so far.
func (e *elfFile) addSection(s, names section, total *uint64) error {
	switch {
	case s.typ == elf.SHT_NOTE:
		ok, err := e.isNamed(s, names, noteSection)
		if err != nil || !ok {
			return err
		}
		if s.flags&elf.SHF_COMPRESSED != 0 {
			return fmt.Errorf("compressed notes: %w", errors.ErrUnsupported)
		}
		if s.size > maxNoteBytes-*total {
			return malformed("too many probes: %d bytes of notes at most", maxNoteBytes)
		}
		*total += s.size
		e.noteSections = append(e.noteSections, s)

	// Only its address matters, not its type: some tools change that to SHT_NOBITS.
	case s.flags&elf.SHF_ALLOC != 0 && e.base == 0:
		ok, err := e.isNamed(s, names, baseSection)
		if err != nil || !ok {
			return err
		}
		e.base = s.addr
	}
	return nil
}

// isNamed reports whether s has the name want in the string table names. It reads no more than the
// name.
func (e *elfFile) isNamed(s, names section, want string) (bool, error) {
	if s.name >= names.size {
		return false, malformed("name at %d of a string table of %d bytes", s.name, names.size)
	}
	b := make([]byte, len(want)+1)
	if names.size-s.name < uint64(len(b)) {
		return false, nil
	}
	if err := e.readAt(b, names.off+s.name); err != nil {
		return false, err
	}
	return string(b) == want+"\x00", nil
}
