package process

import (
	"debug/elf"
	"errors"
	"io"
	"math"
)

// maxHeaders is how much is read for the headers of a file and the names of its sections, in bytes.
// Programs and libraries have some 40 sections.
const maxHeaders = 64 << 10

// openELF reads the headers of a file. debug/elf inflates tables of names that say that they are
// compressed, to any size. The one for the names of sections is small then; the others are refused.
func openELF(r io.ReaderAt) (*elf.File, error) {
	bounded := &boundedReader{r, maxHeaders}
	file, err := elf.NewFile(bounded)
	if err != nil {
		return nil, err
	}
	bounded.left = math.MaxInt
	for _, s := range file.Sections {
		if s.Type == elf.SHT_STRTAB && s.Flags&elf.SHF_COMPRESSED != 0 {
			return nil, errors.New("it has a compressed table of names, as no program has")
		}
	}
	return file, nil
}

// A boundedReader fails when it was asked for too much.
type boundedReader struct {
	io.ReaderAt
	left int // bytes
}

func (r *boundedReader) ReadAt(b []byte, offset int64) (int, error) {
	if len(b) > r.left {
		return 0, errors.New("its headers are too large")
	}
	r.left -= len(b)
	return r.ReaderAt.ReadAt(b, offset)
}
