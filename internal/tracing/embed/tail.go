package embed

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// maxAdded is the number of sections that Embed can add: notes, signatures and base.
const maxAdded = 3

// A tail is what Embed writes: the end of the file, behind all that stays.
type tail struct {
	*Program
	start uint64 // offset
	base  section
	notes []byte // of others
}

// isReplaced reports whether the content of a section is written anew. The names of sections are,
// because there are more of them.
func (p *Program) isReplaced(i int) bool {
	name := p.sections[i].name
	return i == int(p.header.Shstrndx) || name == noteSection || name == btfSection
}

// tail finds out where the file may be cut. A section that is replaced need not be at the end: what
// was between others stays there, and no header leads to it any more.
func (p *Program) tail() (t tail, err error) {
	t = tail{Program: p}
	if t.notes, err = p.foreignNotes(); err != nil {
		return t, err
	}
	t.base = p.base(len(t.notes) > 0)
	stays, known := p.headersEnd(), uint64(0)
	for _, s := range p.segments {
		stays = max(stays, s.Off+s.Filesz)
	}
	for i, s := range p.sections {
		data, _ := p.data(s)
		end := uint64(0)
		if len(data) > 0 {
			end = s.Off + s.Size
		}
		if p.isReplaced(i) {
			known = max(known, end)
			if err := p.checkReplaced(i); err != nil {
				return t, err
			}
		} else {
			stays = max(stays, end)
		}
	}
	// #nosec G115 -- the table is in the file
	known = max(stays, known, p.header.Shoff+uint64(len(p.sections)*sectionSize))
	if extra := bytes.TrimRight(p.content[known:], "\x00"); len(extra) > 0 {
		return t, fmt.Errorf("%d bytes were appended to the program, which embedding would lose; "+
			"embed first, then append", len(extra))
	}
	t.start = stays
	return t, nil
}

// checkReplaced refuses to replace what is not as Embed or the linker make it.
func (p *Program) checkReplaced(i int) error {
	s := p.sections[i]
	const strange = elf.SHF_ALLOC | elf.SHF_COMPRESSED
	isSame := func(other section) bool { return other.name == s.name }
	// #nosec G115 -- these flags are low bits
	if elf.SectionFlag(s.Flags)&strange != 0 || slices.IndexFunc(p.sections, isSame) != i {
		return fmt.Errorf("its section %q is compressed, loaded, or one of two; embed before the tool "+
			"that makes it so", s.name)
	}
	data, _ := p.data(s)
	if s.name != btfSection {
		return nil
	}
	if all, err := signature.ReadBTF(data); err != nil || len(all) == 0 {
		return errors.New("it has a section .BTF that is not about its probes; remove it first, by " +
			"objcopy --remove-section=.BTF")
	}
	return nil
}

// write returns the program with these sections behind all that stays, then the names of sections
// and the section header table.
func (t tail) write(notes, types []byte) []byte {
	w := writer{
		out:      slices.Clone(t.content[:t.start]),
		sections: slices.Clone(t.sections),
	}
	if t.base.name != "" {
		w.set(t.base)
	}
	w.put(noteSection, elf.Section64{Type: uint32(elf.SHT_NOTE), Addralign: noteAlign}, notes)
	w.put(btfSection, elf.Section64{Type: uint32(elf.SHT_PROGBITS), Addralign: 4}, types)
	w.finish(t.header)
	return w.out
}

// A writer appends sections to a program.
type writer struct {
	out      []byte
	sections []section
}

// put writes a section.
func (w *writer) put(name string, header elf.Section64, data []byte) {
	w.align(header.Addralign)
	header.Off, header.Size = uint64(len(w.out)), uint64(len(data))
	w.out = append(w.out, data...)
	w.set(section{header, name})
}

// set adds the header of a section. It takes the place of that of a section of the same name,
// because symbols and other headers have the numbers of sections.
func (w *writer) set(s section) {
	i := slices.IndexFunc(w.sections, func(old section) bool { return old.name == s.name })
	if i < 0 {
		w.sections = append(w.sections, s)
		return
	}
	w.sections[i] = s
}

func (w *writer) align(to uint64) {
	w.out = append(w.out, make([]byte, -uint64(len(w.out))&(to-1))...)
}

// finish writes the names, the table, and where in the file it is.
func (w *writer) finish(h elf.Header64) {
	var names []byte
	offsets := make(map[string]uint32)
	for i := range w.sections {
		s := &w.sections[i]
		if _, ok := offsets[s.name]; !ok {
			offsets[s.name] = uint32(len(names)) // #nosec G115 -- 65,000 names of 1 KiB at most
			names = append(append(names, s.name...), 0)
		}
		s.Name = offsets[s.name]
	}
	table := &w.sections[h.Shstrndx]
	table.Off, table.Size = uint64(len(w.out)), uint64(len(names))
	w.out = append(w.out, names...)
	w.align(8)
	h.Shoff, h.Shnum = uint64(len(w.out)), uint16(len(w.sections)) // #nosec G115 -- see parse
	for _, s := range w.sections {
		w.out = w.encode(w.out, s.Section64)
	}
	w.encode(w.out[:0], h)
}

// encode appends a structure of fixed size.
func (*writer) encode(b []byte, structure any) []byte {
	b, err := binary.Append(b, binary.LittleEndian, structure)
	if err != nil {
		panic(err) // it has no fixed size
	}
	return b
}
