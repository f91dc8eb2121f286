package embed

import (
	"cmp"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/go-usdt/usdt/internal/block"
	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/probesite"
)

const (
	noteSection = ".note.stapsdt"
	baseSection = ".stapsdt.base"
	btfSection  = ".BTF"
	noteAlign   = 4

	noteOwner  = "stapsdt\x00"
	noteType   = 3
	noteHeader = 12
)

// place gives each probe a slot. Equal ones share a slot. The order is that of names, so the order
// of declaration, which may differ between builds, does not matter. Those without a slot are left.
func place(probes []Probe) (placed, left []Probe) {
	sorted := slices.Clone(probes)
	compare := func(a, b Probe) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Name, b.Name),
			slices.Compare(a.Sizes, b.Sizes))
	}
	slices.SortFunc(sorted, compare)
	sorted = slices.CompactFunc(sorted, func(a, b Probe) bool { return compare(a, b) == 0 })
	n := min(len(sorted), block.Slots-1) // the first slot has the magic
	return sorted[:n], sorted[n:]
}

// appendNotes appends the notes of probes, which lead to the slots of a block from the second on.
func (p *Program) appendNotes(notes []byte, b slots, probes []Probe, form probesite.Form,
	base uint64) []byte {
	site, _ := block.Site(p.machine, form)
	for i, probe := range probes {
		slot := b.address + uint64(1+i)*block.SlotSize(p.machine) // #nosec G115 -- some hundred
		notes = p.appendNote(notes, probe, slot+site, base)
	}
	return notes
}

// appendNote appends a note. There is no semaphore: the code itself tells whether a tracer is
// attached. Format: https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation.
func (p *Program) appendNote(notes []byte, probe Probe, site, base uint64) []byte {
	var description []byte
	for _, address := range []uint64{site, base, 0} {
		description = binary.LittleEndian.AppendUint64(description, address)
	}
	operands := elfimage.Operands(p.machine, probe.Sizes)
	for _, text := range []string{probe.Provider, probe.Name, operands} {
		description = append(append(description, text...), 0)
	}
	for _, word := range []int{len(noteOwner), len(description), noteType} {
		notes = binary.LittleEndian.AppendUint32(notes, uint32(word)) // #nosec G115 -- names are short
	}
	notes = append(append(notes, noteOwner...), description...)
	return append(notes, make([]byte, -len(notes)&(noteAlign-1))...)
}

// foreignNotes returns the notes in the file that do not lead to a block, as they are: a program
// with cgo can have some of C.
func (p *Program) foreignNotes() (foreign []byte, err error) {
	for _, s := range p.sections {
		if s.name != noteSection || elf.SectionType(s.Type) != elf.SHT_NOTE {
			continue
		}
		rest, _ := p.data(s)
		for len(rest) > 0 {
			var note []byte
			if note, rest, err = cutNote(rest); err != nil {
				return nil, fmt.Errorf("section %s: %w", noteSection, err)
			}
			if !p.isOurs(note) {
				foreign = append(foreign, note...)
			}
		}
	}
	return foreign, nil
}

// cutNote returns the first note and its padding, and the rest.
func cutNote(b []byte) (note, rest []byte, err error) {
	if len(b) < noteHeader {
		return nil, nil, fmt.Errorf("%d bytes are left for a note", len(b))
	}
	owner, description := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
	padded := func(n uint32) uint64 { return (uint64(n) + noteAlign - 1) &^ (noteAlign - 1) }
	size := noteHeader + padded(owner) + padded(description)
	if size > uint64(len(b)) {
		return nil, nil, fmt.Errorf("a note of %d bytes, %d are left", size, len(b))
	}
	return b[:size], b[size:], nil
}

// isOurs reports whether the site of a note is in a block.
func (p *Program) isOurs(note []byte) bool {
	const siteAt = noteHeader + len(noteOwner)
	if len(note) < siteAt+8 || string(note[noteHeader:siteAt]) != noteOwner {
		return false
	}
	site := binary.LittleEndian.Uint64(note[siteAt:])
	size := block.SlotSize(p.machine) * block.Slots
	return slices.ContainsFunc(p.blocks, func(b slots) bool {
		return site >= b.address && site-b.address < size
	})
}
