package process

import (
	"errors"
	"io"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// siteCodes are the bytes of a file that tracers change.
type siteCodes struct {
	codes []byte // of one note after the other: the landing and the first byte of the site

	// Of an image of this library; 0 in other files, whose sites have no landings.
	landing   int    // bytes of a landing
	firstSlot uint64 // offset in the file
}

func readSiteCodes(r io.ReaderAt, notes []sdtnote.Note) (siteCodes, error) {
	var s siteCodes
	if isImage(notes) {
		s.landing = len(elfimage.Landing(notes[0].Machine))
		s.firstSlot = notes[0].FileOffset &^ (elfimage.SlotSize - 1)
	}
	s.codes = make([]byte, len(notes)*(s.landing+1))
	for i, n := range notes {
		// No file has offsets that do not fit; the kernel refuses negative ones.
		_, err := r.ReadAt(s.code(i), int64(n.FileOffset)-int64(s.landing)) // #nosec G115 -- see above
		if err != nil && !errors.Is(err, io.EOF) {
			return siteCodes{}, err
		}
	}
	return s, nil
}

// code returns the bytes of a note.
func (s siteCodes) code(note int) []byte {
	size := s.landing + 1
	return s.codes[note*size : (note+1)*size]
}

// isImage reports whether the notes of a file are those of an image of this library.
func isImage(notes []sdtnote.Note) bool {
	places := make([]elfimage.Place, len(notes))
	for i, n := range notes {
		places[i] = elfimage.Place{Location: n.Location, Base: n.Base, Offset: n.FileOffset}
	}
	return len(notes) > 0 && elfimage.Recognize(notes[0].Machine, places)
}

// fired returns those of the mappings in which sites are fired. The Go library maps the slots of
// its image alone, and fires there. With cgo the dynamic linker has mapped the whole image besides.
// Nothing fires in that mapping, but gdb may leave modified bytes there that belong to no tracer.
func (s siteCodes) fired(mappings []Mapping) []Mapping {
	var slots []Mapping
	for _, m := range mappings {
		if s.firstSlot != 0 && m.Offset == s.firstSlot {
			slots = append(slots, m)
		}
	}
	if len(slots) > 0 {
		return slots
	}
	return mappings
}
