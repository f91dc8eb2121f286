package process

import (
	"errors"
	"io"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// These bound what a process can make us do. An honest one takes a tenth of it.
const (
	// maxWork is in bytes read. Other work counts as the bytes that could be read in the same time.
	maxWork  = 128 << 20
	readCost = 256
	openCost = 1024

	// maxProcessNotes bounds the notes of all files of a process together. A file that is mapped under
	// several names counts once for each name.
	maxProcessNotes = 1 << 16
)

var (
	errMaxWork = errors.New("the files of this process are too many or too large to be read; " +
		"the others are left out")
	errMaxNotes = errors.New("this process has more than 65536 probes; the others are left out")
)

// work is what has been done for a process.
type work struct {
	spent int
	notes int
}

func (w *work) spend(cost int) { w.spent += cost }

// count counts the notes of another file. It fails if they are too many.
func (w *work) count(notes []sdtnote.Note) error {
	w.notes += len(notes)
	if w.notes > maxProcessNotes {
		return errMaxNotes
	}
	return nil
}

// exhausted reports whether no more is to be read of the process.
func (w *work) exhausted() bool { return w.spent > maxWork || w.notes > maxProcessNotes }

// reader returns r, which can be read until the work is done.
func (w *work) reader(r io.ReaderAt) io.ReaderAt { return workReader{r, w} }

type workReader struct {
	io.ReaderAt
	work *work
}

func (r workReader) ReadAt(b []byte, offset int64) (int, error) {
	r.work.spend(readCost + len(b))
	if r.work.exhausted() {
		return 0, errMaxWork
	}
	return r.ReaderAt.ReadAt(b, offset)
}
