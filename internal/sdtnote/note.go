package sdtnote

import (
	"fmt"
	"math"
	"strings"

	"github.com/go-usdt/usdt/internal/elf"
)

const (
	noteSection = ".note.stapsdt"
	noteOwner   = "stapsdt\x00"
	noteType    = 3 // also the version of the format
	noteHeader  = 12
	noteAlign   = 4 // in both classes
)

// An elfNote is one entry of a note section, of any owner. It aliases the section.
type elfNote struct {
	owner []byte
	typ   uint32
	desc  []byte
}

func (n elfNote) isProbe() bool {
	return n.typ == noteType && string(n.owner) == noteOwner
}

// cutNote decodes the note at the start of b, and returns the rest of b.
func (e *elfFile) cutNote(b []byte) (n elfNote, rest []byte, err error) {
	if len(b) < noteHeader {
		return n, nil, malformed("%d bytes are left for the header, want %d", len(b), noteHeader)
	}
	f := e.fields(b)
	nameSize, descSize := f.u32(), f.u32()
	n.typ = f.u32()

	var ok bool
	if n.owner, rest, ok = cutPadded(f.b, nameSize); !ok {
		return n, nil, malformed("name of %d bytes, %d are left", nameSize, len(f.b))
	}
	b = rest
	if n.desc, rest, ok = cutPadded(b, descSize); !ok {
		return n, nil, malformed("descriptor of %d bytes, %d are left", descSize, len(b))
	}
	return n, rest, nil
}

// cutPadded returns the first size bytes of b, and the bytes after these and their padding. The
// padding is not counted in size, and may be missing after the last note of a section.
func cutPadded(b []byte, size uint32) (field, rest []byte, ok bool) {
	if uint64(size) > uint64(len(b)) {
		return nil, nil, false
	}
	padded := (uint64(size) + noteAlign - 1) &^ (noteAlign - 1)
	return b[:size], b[min(padded, uint64(len(b))):], true
}

// probe decodes the descriptor of a stapsdt note.
func (e *elfFile) probe(desc []byte) (Note, error) {
	if size := 3 * e.wordSize(); len(desc) < size {
		return Note{}, malformed("descriptor of %d bytes, its addresses take %d", len(desc), size)
	}
	f := e.fields(desc)
	n := Note{Machine: e.machine, Location: f.word(), Base: f.word(), Semaphore: f.word()}
	if err := n.setStrings(f.b); err != nil {
		return Note{}, err
	}
	return n, nil
}

// setStrings decodes the three strings that end a descriptor. Only zeros may follow: some writers
// count the padding in the size. The strings share their memory.
func (n *Note) setStrings(desc []byte) error {
	rest := string(desc)
	var fields [3]string // not pointers to the fields of n, with which each note would be allocated
	for i, field := range [...]string{"provider", "probe name", "arguments"} {
		end := strings.IndexByte(rest, 0) // strings.Cut would make every program 16 KB larger
		if end < 0 {
			return malformed("no NUL after the %s", field)
		}
		fields[i], rest = rest[:end], rest[end+1:]
	}
	n.Provider, n.Name, n.Args = fields[0], fields[1], fields[2]
	switch {
	case n.Provider == "":
		return malformed("empty provider")
	case n.Name == "":
		return malformed("empty probe name")
	case !isZero(rest):
		return malformed("%d bytes after the arguments", len(rest))
	}
	return nil
}

// isZero reports whether s has only NULs. strings.Trim, which could tell, would make every program
// with probes 8 KB larger.
func isZero(s string) bool {
	for i := range len(s) {
		if s[i] != 0 {
			return false
		}
	}
	return true
}

// isTombstone reports whether location is what a link editor writes for a function that it
// discarded: LLVM's writes 0 or the highest address. Address 0 may be in an executable segment, but
// the ELF header is there.
func (e *elfFile) isTombstone(location uint64) bool {
	highest := uint64(math.MaxUint64)
	if !e.wide {
		highest = math.MaxUint32
	}
	return location == 0 || location == highest
}

// locate fills in Address and the offsets in the file. It is not ok if the site is not in the file.
func (e *elfFile) locate(n *Note) (ok bool) {
	n.Address = e.moved(n.Location, n.Base)
	if n.FileOffset, ok = e.fileOffset(n.Address, elf.PF_X); !ok {
		return false
	}
	if n.Semaphore == 0 {
		return true
	}
	// The kernel counts tracers only in a writable mapping of the file.
	n.SemaphoreOffset, _ = e.fileOffset(e.moved(n.Semaphore, n.Base), elf.PF_W)
	return true
}

// SemaphoreErr says why the kernel cannot count tracers in the probe's semaphore, if the probe has
// one: the semaphore is not in the file, as in memory that begins as zeros, or it is not writable.
// A tracer that attaches anyway never sees a hit, because the program does not know that it is
// traced.
func (n Note) SemaphoreErr() error {
	if n.Semaphore == 0 || n.SemaphoreOffset != 0 {
		return nil
	}
	return fmt.Errorf("its semaphore, at %#x, is in no writable segment of the file", n.Semaphore)
}
