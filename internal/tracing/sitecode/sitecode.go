// Package sitecode tells what the machine code at the site of a probe is, in the file and in the
// memory of a process, and what a tracer has done to it.
//
// The code can be that of any program: no bytes are an error. Only what is known of slots and of
// the kernel is called by its name.
package sitecode

import (
	"bytes"

	"github.com/go-usdt/usdt/internal/block"
	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/probesite"
)

// Kind is what a site is in.
type Kind string

// The kinds.
const (
	Plain Kind = "code"  // of any program, around the site
	Image Kind = "image" // a slot of an image of this library
	Block Kind = "block" // a slot of a block of package static
)

// Code is what a file has at a site.
type Code struct {
	Machine elf.Machine
	Kind    Kind
	Bytes   []byte // the slot; of other programs, the site and what is behind it
	Site    int    // where the site begins, in Bytes
}

// Part is what an instruction is for.
type Part string

// The parts. What is of none is the program's own.
const (
	Own     Part = ""
	Filler  Part = "filler"
	Landing Part = "landing"
	Site    Part = "site"
	Other   Part = "other site" // of the same probe, where tracers can attach, too
	Return  Part = "return"
)

// A Row is an instruction at a site, or several that fill a slot.
type Row struct {
	Instruction
	Part Part
}

// Rows returns the code of the file, which is at an address: of the file, or of a process.
func (c Code) Rows(address uint64) []Row {
	var rows []Row
	for _, in := range c.instructions(address) {
		part := c.part(in)
		if last := len(rows) - 1; last >= 0 && part == Filler && rows[last].Part == Filler {
			rows[last].Bytes = c.Bytes[rows[last].Offset : in.Offset+len(in.Bytes)]
			continue
		}
		rows = append(rows, Row{in, part})
	}
	return rows
}

// instructions decodes what is before the landing and the site apart from these: where they begin
// is known, and where an instruction before them ends is not.
func (c Code) instructions(address uint64) []Instruction {
	var all []Instruction
	for _, part := range [][2]int{{0, c.landing()}, {c.landing(), c.Site}, {c.Site, len(c.Bytes)}} {
		code := c.Bytes[part[0]:part[1]]
		// #nosec G115 -- not negative
		for _, in := range Decode(c.Machine, code, address+uint64(part[0])) {
			in.Offset += part[0]
			all = append(all, in)
		}
	}
	return all
}

// landing returns where the landing begins; where the site begins if there is none.
func (c Code) landing() int {
	if c.Kind != Image && (c.Kind != Block || c.Machine != elf.EM_AARCH64) {
		return c.Site
	}
	return max(0, c.Site-len(elfimage.Landing(c.Machine)))
}

// part tells what an instruction of the file is for.
func (c Code) part(in Instruction) Part {
	switch {
	case in.Offset == c.Site:
		return Site
	case c.Kind == Plain:
		return Own
	case in.Offset == c.landing() || c.Kind == Block && c.isSecondEntry(in.Offset):
		return Landing
	case c.Kind == Block && c.isOtherSite(in.Offset):
		return Other
	case bytes.Equal(in.Bytes, returnOf(c.Machine)):
		return Return
	}
	return Filler
}

// isOtherSite reports whether a slot of a block has a site there.
func (c Code) isOtherSite(offset int) bool {
	for _, form := range []probesite.Form{probesite.Nop, probesite.Nop5, probesite.Nop10} {
		at, ok := block.Site(c.Machine, form)
		if ok && uint64(offset) == at { // #nosec G115 -- not negative
			return true
		}
	}
	return false
}

// isSecondEntry reports whether Fire can enter a slot of a block there, and no site is there.
func (c Code) isSecondEntry(offset int) bool {
	for _, form := range []probesite.Form{probesite.Nop, probesite.Nop5, probesite.Nop10} {
		at, ok := block.Site(c.Machine, form)
		if !ok {
			continue
		}
		entry, _, ok := block.Entry(c.Machine, at)
		if ok && entry == uint64(offset) { // #nosec G115 -- not negative
			return !c.isOtherSite(offset)
		}
	}
	return false
}

func returnOf(machine elf.Machine) []byte {
	if machine == elf.EM_AARCH64 {
		return []byte{0xc0, 0x03, 0x5f, 0xd6}
	}
	return []byte{0xc3}
}
