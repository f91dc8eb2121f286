package process

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// fileNotes is what was read from a file.
type fileNotes struct {
	notes []sdtnote.Note
	sites siteCodes
	err   error
	used  bool // since the current ReadAll began
}

// read returns what is in the file. It reads only a file that r does not remember.
func (r *Reader) read(file pathFile, w *work) *fileNotes {
	f, known := r.files[file.id]
	if !known {
		f = new(fileNotes)
		f.notes, f.sites, f.err = file.notes(w)
		if r.files == nil {
			r.files = make(map[fileID]*fileNotes)
		}
		if !w.exhausted() { // which is not the file's fault
			r.files[file.id] = f
		}
	}
	f.used = true
	return f
}

func (f pathFile) notes(w *work) ([]sdtnote.Note, siteCodes, error) {
	path := "/proc/self/fd/" + strconv.Itoa(f.fd)
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		var pathErr *os.PathError
		if errors.As(err, &pathErr) {
			err = pathErr.Err // the path means nothing to other processes
		}
		return nil, siteCodes{}, err
	}
	defer file.Close()
	r := w.reader(file)
	notes, err := sdtnote.Read(r)
	if err != nil {
		return nil, siteCodes{}, err
	}
	sites, err := readSiteCodes(r, notes)
	return notes, sites, err
}
