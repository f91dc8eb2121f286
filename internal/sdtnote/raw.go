package sdtnote

import (
	"errors"
	"io"
)

// A RawNote is a note as the file has it, byte by byte.
type RawNote struct {
	Offset uint64 // in the file, in bytes
	Fields []Field
}

// A Field is a part of a note: a number, or text.
type Field struct {
	Name   string
	Bytes  []byte // as the file has them, a NUL at the end included
	IsText bool
	Number uint64 // if it is none
}

// ErrGone says that a file does not have a note that it had.
var ErrGone = errors.New("the note is not in the file any more; try again")

// ReadRaw returns the note of r that [Read] returns as n, the first of several that are equal. The
// fields are those of the format, in its order, and the padding behind them, if there is some.
// Errors are those of Read, and [ErrGone].
func ReadRaw(r io.ReaderAt, n Note) (RawNote, error) {
	e, err := openELF(r)
	if err != nil {
		return RawNote{}, err
	}
	defer e.freeBlock()
	for _, s := range e.noteSections {
		all, err := e.bytesAt(s.off, s.size)
		if err != nil {
			return RawNote{}, err
		}
		for rest := all; len(rest) > 0; {
			at := rest
			var raw elfNote
			if raw, rest, err = e.cutNote(at); err != nil {
				return RawNote{}, err
			}
			if !raw.isProbe() {
				continue
			}
			found, err := e.probe(raw.desc)
			if err != nil {
				return RawNote{}, err
			}
			if e.locate(&found) && found == n {
				offset := s.off + uint64(len(all)-len(at)) // #nosec G115 -- not negative
				return RawNote{offset, e.split(at[:len(at)-len(rest)], n)}, nil
			}
		}
	}
	return RawNote{}, ErrGone
}

// split returns the fields of note n, which is well-formed and takes the bytes b.
func (e *elfFile) split(b []byte, n Note) []Field {
	var fields []Field
	number := func(name string, size int) {
		f := e.fields(b)
		f.wide = size == 8
		fields = append(fields, Field{Name: name, Bytes: b[:size], Number: f.word()})
		b = b[size:]
	}
	text := func(name string, size int) {
		fields = append(fields, Field{Name: name, Bytes: b[:size], IsText: true})
		b = b[size:]
	}
	number("name size", 4)
	number("descriptor size", 4)
	number("type", 4)
	text("name", len(noteOwner))
	number("location", e.wordSize())
	number("base", e.wordSize())
	number("semaphore", e.wordSize())
	text("provider", len(n.Provider)+1)
	text("probe", len(n.Name)+1)
	text("arguments", len(n.Args)+1)
	if len(b) > 0 {
		text("padding", len(b))
	}
	return fields
}
