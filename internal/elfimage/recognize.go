package elfimage

import "github.com/go-usdt/usdt/internal/elf"

// A Place is where a note leads.
type Place struct {
	Location, Base uint64 // link-time addresses of the site and of .stapsdt.base, as in the note
	Offset         uint64 // of the site, in bytes into the file
}

// Recognize reports whether the notes of a file, in its order, lead to the slots of an image that
// this package or image.c in vendor_c wrote: the slots follow one another from the page after
// .stapsdt.base on, each site is at the same place in its slot, and every address is an offset.
// Link editors put .stapsdt.base and the sites of a program elsewhere.
func Recognize(id elf.Machine, notes []Place) bool {
	m := machineOf(id)
	if m == nil || len(notes) == 0 || notes[0].Base == 0 {
		return false
	}
	base := notes[0].Base
	site := notes[0].Location
	start := roundUp(base+1, m.page) + uint64(len(m.landing))
	if lead := site - start; lead > uint64(m.longest-m.instruction) { // #nosec G115 -- some bytes
		return false
	}
	for _, n := range notes {
		if n.Base != base || n.Location != site || n.Offset != site {
			return false
		}
		site += SlotSize
	}
	return true
}
