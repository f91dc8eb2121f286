package symbol

import (
	"io"

	"github.com/go-usdt/usdt/internal/elf"
)

// A File is a program or library. It reads what it needs when that is needed first. It is not safe
// for concurrent use.
type File struct {
	source
	segments []segment
	sections []section

	opened    bool
	table     *pclntab // nil: not a program of Go, or not one whose table is known
	functions []function
	scanned   uint64 // bytes that have been looked through
}

// maxScanned bounds the bytes of a file that are looked through: a header may claim the whole file
// for each of many tables. What comes later is not known.
const maxScanned = 256 << 20

// mayScan reports whether so many bytes more may be looked through.
func (f *File) mayScan(bytes uint64) bool {
	if bytes > maxScanned-f.scanned {
		return false
	}
	f.scanned += bytes
	return true
}

// New returns the file that r reads. It has read nothing yet.
func New(r io.ReaderAt) *File { return &File{source: source{file: r}} }

// SetReader makes the file read by r from now on.
func (f *File) SetReader(r io.ReaderAt) { f.file = r }

// Frames returns the function of the instruction at an offset in the file, after those that have
// been inlined there, the innermost first. isReturn says that the instruction is the one behind a
// call, and that the call is meant: the offset in the frame is still that of the instruction.
// There are none when nobody knows.
func (f *File) Frames(offset uint64, isReturn bool) []Frame {
	if !f.opened {
		f.open()
	}
	address, ok := f.addressOf(offset, elf.PF_X)
	if !ok {
		return nil
	}
	call := address
	if isReturn {
		call--
	}
	if frames := f.table.frames(call); frames != nil {
		if isReturn {
			for i := range frames {
				frames[i].Offset++
			}
		}
		return frames
	}
	return f.symbolFrame(call, address)
}

func (f *File) open() {
	f.opened = true
	if f.readELF() {
		f.table = f.findTable()
		f.readFunctions()
	}
}

// symbolFrame returns the frame of the symbol that has the instruction at the address call.
func (f *File) symbolFrame(call, address uint64) []Frame {
	fn, ok := f.find(call)
	if !ok {
		return nil
	}
	return []Frame{{Function: f.text(fn.name), Offset: address - fn.address}}
}
