package process

import (
	"errors"
	"io"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// siteCodes are what a file has at its sites.
type siteCodes struct {
	codes  [][]byte // of each note: what is at the site, and before it
	before int      // bytes: the landing in an image of this library, nothing in other files

	text uint64 // of an image of this library: where in the file its first slot is; 0 in other files
}

// readSiteCodes reads what tracers change: the first byte of each site, and in an image of this
// library the landing before it.
func readSiteCodes(r io.ReaderAt, notes []sdtnote.Note) (siteCodes, error) {
	s := siteCodes{codes: make([][]byte, len(notes))}
	if isImage(notes) {
		s.before = len(elfimage.Landing(notes[0].Machine))
		s.text = notes[0].FileOffset - uint64(s.before)
	}
	for i, n := range notes {
		s.codes[i] = make([]byte, s.before+1)
		_, err := r.ReadAt(s.codes[i], int64(n.FileOffset)-int64(s.before))
		if err != nil && !errors.Is(err, io.EOF) {
			return siteCodes{}, err
		}
	}
	return s, nil
}

// isImage reports whether the notes of a file are those of an image of this library.
func isImage(notes []sdtnote.Note) bool {
	places := make([]elfimage.Place, len(notes))
	for i, n := range notes {
		places[i] = elfimage.Place{Location: n.Location, Base: n.Base, Offset: n.FileOffset}
	}
	return len(notes) > 0 && elfimage.Recognize(notes[0].Machine, places)
}

// fired returns those of the mappings in which sites are fired. The Go library maps the slots of its
// image alone and fires there, beside the mapping of the whole image that the dynamic linker makes.
// Nobody fires in the latter, where a gdb that comes and goes can leave a uprobe's site as it should
// not be.
func (s siteCodes) fired(mappings []Mapping) []Mapping {
	var slots []Mapping
	for _, m := range mappings {
		if s.text != 0 && m.Offset == s.text {
			slots = append(slots, m)
		}
	}
	if len(slots) > 0 {
		return slots
	}
	return mappings
}
