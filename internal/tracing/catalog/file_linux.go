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

// Files reads descriptions. [Direct] does it in this process, which a file system that does not
// answer then holds up.
type Files interface {
	// ListDescriptions returns the paths of the descriptions in a directory, sorted by name.
	ListDescriptions(directory string) ([]string, error)

	// ReadDescription returns the content of a regular file. Nobody but root and the effective user
	// may have written it, unless the user has named it.
	ReadDescription(path string, named bool) (string, error)
}

// Direct reads descriptions in this process.
type Direct struct{}

// trusted says why a file is not taken because of whose it is. Files are taken because of where
// they are, and what they say decides what the command shows: nobody but root and the effective
// user may have written them.
func trusted(st *unix.Stat_t) error {
	switch {
	case st.Uid != 0 && int(st.Uid) != os.Geteuid():
		return fmt.Errorf("it belongs to user %d, who is not you; use --types", st.Uid)
	case st.Mode&0o022 != 0:
		return errors.New("others may write to it; use chmod go-w, or --types")
	}
	return nil
}

// ListDescriptions implements [Files].
func (Direct) ListDescriptions(directory string) ([]string, error) {
	fd, st, err := openReadable(directory, unix.S_IFDIR)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), directory)
	defer f.Close()
	if err := trusted(st); err != nil {
		return nil, fmt.Errorf("%s: %w", directory, err)
	}
	names, err := f.Readdirnames(mostFiles + 1)
	if err == io.EOF { // the directory is empty
		err = nil
	}
	if len(names) > mostFiles {
		names = names[:mostFiles]
		err = fmt.Errorf("%s: it has more than %d files; the others are left out", directory, mostFiles)
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

// ReadDescription implements [Files].
func (Direct) ReadDescription(path string, named bool) (string, error) {
	fd, st, err := openReadable(path, unix.S_IFREG)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	if err := trusted(st); err != nil && !named {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	text, err := io.ReadAll(io.LimitReader(reader(fd), provider.MaxSize+1))
	if err != nil {
		return "", &os.PathError{Op: "read", Path: path, Err: err}
	}
	return string(text), nil
}

// A reader reads a descriptor. An os.File would wait for content, which some files of /proc do not
// have.
type reader int

func (fd reader) Read(b []byte) (int, error) {
	n, err := unix.Read(int(fd), b)
	if n <= 0 && err == nil {
		return 0, io.EOF
	}
	return max(n, 0), err
}

// openReadable opens a file of that type (S_IFREG or S_IFDIR) that the user himself may read. The
// command may have more rights than its user, by file capabilities, and would show him the lines in
// which there are mistakes. Files of other types are not opened: that alone can have an effect.
func openReadable(path string, fileType uint32) (fd int, st *unix.Stat_t, err error) {
	failed := func(err error) (int, *unix.Stat_t, error) {
		return -1, nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	// The rights of the real user decide, here also on the way to the file.
	if err := unix.Access(path, unix.R_OK); err != nil {
		return failed(err)
	}
	found, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return failed(err)
	}
	defer unix.Close(found)
	st = new(unix.Stat_t)
	if err := unix.Fstat(found, st); err != nil {
		return failed(err)
	}
	switch {
	case st.Mode&unix.S_IFMT == fileType:
	case fileType == unix.S_IFDIR:
		return failed(unix.ENOTDIR)
	default:
		return -1, nil, fmt.Errorf("%s is not a regular file", path)
	}
	link := fmt.Sprintf("/proc/self/fd/%d", found)
	if err := unix.Access(link, unix.R_OK); err != nil {
		return failed(err)
	}
	fd, err = unix.Open(link, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return failed(err)
	}
	return fd, st, nil
}
