package catalog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/provider"
)

// An ownerCheck says why a file is not taken because of whose it is.
type ownerCheck func(*unix.Stat_t) error

// anyOwner is for files that the user has named.
func anyOwner(*unix.Stat_t) error { return nil }

// trusted is for files that are taken because of where they are: nobody but root and the effective
// user may have written them. What they say decides what the command shows.
func trusted(st *unix.Stat_t) error {
	switch {
	case st.Uid != 0 && int(st.Uid) != os.Geteuid():
		return fmt.Errorf("it belongs to user %d, who is not you; use --types", st.Uid)
	case st.Mode&0o022 != 0:
		return errors.New("others may write to it; use chmod go-w, or --types")
	}
	return nil
}

// list returns the paths of the descriptions in a directory, sorted by name.
func list(directory string) ([]string, error) {
	f, st, err := openReadable(directory, unix.O_DIRECTORY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := trusted(st); err != nil {
		return nil, fmt.Errorf("%s: %w", directory, err)
	}
	names, err := f.Readdirnames(mostFiles)
	if err == io.EOF { // the directory is empty
		err = nil
	}
	var paths []string
	for _, name := range names {
		if strings.HasSuffix(name, extension) {
			paths = append(paths, filepath.Join(directory, name))
		}
	}
	slices.Sort(paths)
	return paths, err
}

// mostFiles bounds how many files of a directory are looked at.
const mostFiles = 1000

// read returns the content of a regular file.
func read(path string, check ownerCheck) (string, error) {
	f, st, err := openReadable(path, 0)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		return "", fmt.Errorf("%s is not a regular file", path)
	}
	if err := check(st); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	text, err := io.ReadAll(io.LimitReader(f, provider.MaxSize+1))
	return string(text), err
}

// openReadable opens a file that the user himself may read. The command may have more rights than
// its user, by file capabilities, and would show him the lines in which there are mistakes. A FIFO
// does not hold it up.
func openReadable(path string, flags int) (*os.File, *unix.Stat_t, error) {
	// #nosec G304 -- whether its user may read it is checked below
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK|flags, 0)
	if err != nil {
		return nil, nil, err
	}
	var st unix.Stat_t
	err = unix.Fstat(int(f.Fd()), &st)
	if err == nil {
		err = unix.Access(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), unix.R_OK)
	}
	if err != nil {
		_ = f.Close()
		return nil, nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return f, &st, nil
}
