package process

import (
	"errors"
	"fmt"
	"os"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// ReadFile returns the notes of the file at a path that the user has named. Errors match
// [ErrNotRegular], and those of [sdtnote.Read].
func (r *Reader) ReadFile(path string) ([]sdtnote.Note, error) {
	type answer struct {
		notes []sdtnote.Note
		err   error
	}
	a, err := await(&r.patience, func(w *watch) (a answer) {
		a.notes, a.err = readFileNotes(w, path)
		return a
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a.notes, a.err
}

func readFileNotes(w *watch, path string) ([]sdtnote.Note, error) {
	found, err := openPath(w, path, 0)
	var failed *os.PathError
	if errors.As(err, &failed) {
		return nil, &os.PathError{Op: "stat", Path: path, Err: failed.Err}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer found.close()
	f, err := found.open(w)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer f.close()
	notes, err := sdtnote.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return notes, nil
}
