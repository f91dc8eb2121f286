package process

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// A File is the probes of a file.
type File struct {
	Notes      []sdtnote.Note
	Signatures signature.Set // what the file itself says of their arguments
	Unsigned   bool          // it says more than is read

	// DeclaresAtRuntime tells that a file without probes is a Go program with package stapsdt: its
	// probes are in its processes.
	DeclaresAtRuntime bool
}

// ReadFile returns the probes of the file at a path that the user has named. Errors match
// [ErrNotRegular], and those of [sdtnote.Read].
func (r *Reader) ReadFile(path string) (File, error) {
	type answer struct {
		file File
		err  error
	}
	r.patience.ofUser(0)
	a, err := await(&r.patience, func(w *watch) (a answer) {
		a.file, a.err = readNamedFile(w, path)
		return a
	})
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", path, err)
	}
	return a.file, a.err
}

func readNamedFile(w *watch, path string) (File, error) {
	found, err := openPath(w, path, 0)
	var failed *os.PathError
	if errors.As(err, &failed) {
		return File{}, &os.PathError{Op: "stat", Path: path, Err: failed.Err}
	}
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", path, err)
	}
	defer found.close()
	f, err := found.open(w)
	if err != nil {
		return File{}, &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer f.close()
	var file File
	if file.Notes, err = readNotes(f); err == nil {
		file.Signatures, file.Unsigned, err = readSignatures(f, file.Notes)
	}
	if err != nil {
		return File{}, fmt.Errorf("%s: %w", path, err)
	}
	file.DeclaresAtRuntime = len(file.Notes) == 0 && hasStapsdt(f)
	return file, nil
}

// hasStapsdt tells whether a file is a Go program that has been linked with a package of this
// module, as far as the Go command has noted it down.
func hasStapsdt(f io.ReaderAt) bool {
	const module = "github.com/go-usdt/usdt"
	info, err := buildinfo.Read(f)
	if err != nil {
		return false
	}
	isOurs := func(m *debug.Module) bool { return m.Path == module }
	return isOurs(&info.Main) || slices.ContainsFunc(info.Deps, isOurs)
}
