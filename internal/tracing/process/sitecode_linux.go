package process

import (
	"bytes"
	"errors"
	"io"

	"github.com/go-usdt/usdt/internal/block"
	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// siteCodes are the bytes of a file that tracers change.
type siteCodes struct {
	// codes has for one note after the other the landing, the first byte of the site, and what is
	// behind that, as much as tells whether it is another no-op.
	codes []byte

	// behind has the form of the no-op behind a plain one that is the site, by the site's offset in
	// the file. Tracers may attach there: libbpf does, to programs with its usdt.h.
	behind map[uint64]probesite.Form
	slots  map[uint64]probesite.Form // those of behind that are in slots of package static

	// Of an image of this library; 0 in other files, whose sites have no landings.
	landing   int    // bytes of a landing
	firstSlot uint64 // offset in the file
}

// longest is the size of the longest no-op, in bytes.
const longest = 10

func readSiteCodes(r io.ReaderAt, notes []sdtnote.Note) (siteCodes, error) {
	var s siteCodes
	if isImage(notes) {
		s.landing = len(elfimage.Landing(notes[0].Machine))
		s.firstSlot = notes[0].FileOffset &^ (elfimage.SlotSize - 1)
	}
	s.codes = make([]byte, len(notes)*s.stride())
	finder := blockFinder{ReaderAt: r}
	for i, n := range notes {
		code := s.codes[i*s.stride():][:s.stride()]
		// No file has offsets that do not fit; the kernel refuses negative ones.
		_, err := r.ReadAt(code, int64(n.FileOffset)-int64(s.landing)) // #nosec G115 -- see above
		if err != nil && !errors.Is(err, io.EOF) {
			return siteCodes{}, err
		}
		s.setBehind(&finder, n, code[s.landing:])
	}
	return s, nil
}

// setBehind looks what is behind the site of a note, whose code begins so.
func (s *siteCodes) setBehind(f *blockFinder, n sdtnote.Note, code []byte) {
	nop := probesite.Nop.Code(n.Machine)
	if len(nop) != 1 || !bytes.HasPrefix(code, nop) {
		return
	}
	for _, form := range []probesite.Form{probesite.Nop5, probesite.Nop10} {
		if !bytes.HasPrefix(code[len(nop):], form.Code(n.Machine)) {
			continue
		}
		if s.behind == nil {
			s.behind, s.slots = make(map[uint64]probesite.Form), make(map[uint64]probesite.Form)
		}
		s.behind[n.FileOffset] = form
		if f.has(n.Machine, n.FileOffset) {
			s.slots[n.FileOffset] = form
		}
	}
}

// A blockFinder finds the block that slots of package static are in.
type blockFinder struct {
	io.ReaderAt
	first, end uint64 // of the block that was found, offsets in the file
	misses     int
}

// maxMisses bounds what a file with many such sites of C makes us read.
const maxMisses = 64

// has reports whether a site, at an offset in the file, is in a slot: whether a block begins within
// as many slots before.
func (f *blockFinder) has(machine elf.Machine, site uint64) bool {
	if site >= f.first && site < f.end {
		return true
	}
	size := block.SlotSize(machine)
	if size == 0 || f.misses >= maxMisses {
		return false
	}
	slot := site - site%size
	before := min(block.Slots*size, slot)
	if before == 0 {
		return false
	}
	slots := make([]byte, before)
	// #nosec G115 -- a negative offset is refused
	if _, err := f.ReadAt(slots, int64(slot-before)); err == nil {
		for at := uint64(0); at < before; at += size {
			if bytes.HasPrefix(slots[at:], []byte(block.Magic)) {
				f.first = slot - before + at
				f.end = f.first + block.Slots*size
				return slot < f.end
			}
		}
	}
	f.misses++
	return false
}

// stride is the number of bytes of each note in codes.
func (s siteCodes) stride() int { return s.landing + 1 + longest }

// code returns the bytes of note i of the file that tracers change: the first of each instruction
// where one may be attached.
func (s siteCodes) code(i int, n sdtnote.Note) []byte {
	size := s.landing + 1
	if _, ok := s.behind[n.FileOffset]; ok {
		size++
	}
	return s.codes[i*s.stride():][:size]
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
