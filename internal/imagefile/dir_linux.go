package imagefile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// ErrNoExec: files in the directory cannot be mapped executable.
var ErrNoExec = errors.New("its mount is noexec")

// A Candidate is a directory that may hold our directory.
type Candidate struct {
	Path string
	// Required: somebody asked for it, so a failure other than ErrNoExec is not passed over.
	Required bool
}

// Dir makes, where it is missing, our directory in the first candidate that serves, and returns
// its absolute path, with what was wrong with the candidates before it. Candidates without a path
// are passed over.
func Dir(candidates ...Candidate) (dir string, skipped []error, err error) {
	for _, c := range candidates {
		if c.Path == "" {
			continue
		}
		dir, err := ours(c.Path)
		if err == nil {
			return dir, skipped, nil
		}
		err = fmt.Errorf("use directory %s: %w", c.Path, err)
		if c.Required && !errors.Is(err, ErrNoExec) {
			return "", skipped, err
		}
		skipped = append(skipped, err)
	}
	return "", skipped, errors.Join(append(skipped, errors.New("no directory for the image: name one that is writable on a mount without noexec"))...)
}

func ours(parent string) (string, error) {
	parent, err := filepath.Abs(parent)
	if err != nil {
		return "", err
	}
	if err := checkExec(parent); err != nil {
		return "", err
	}
	if err := checkParent(parent); err != nil {
		return "", err
	}
	dir := filepath.Join(parent, "stapsdt-"+strconv.Itoa(os.Geteuid()))
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return dir, checkOwner(dir)
}

func checkExec(dir string) error {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return os.NewSyscallError("statfs", err)
	}
	if fs.Flags&unix.ST_NOEXEC != 0 {
		return ErrNoExec
	}
	return nil
}

// checkParent refuses a directory whose owner, or whoever may write to it, could put another in the
// place of ours: the dynamic linker would run what is in there.
func checkParent(dir string) error {
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		return os.NewSyscallError("stat", err)
	}
	if int(st.Uid) != os.Geteuid() && st.Uid != 0 {
		return fmt.Errorf("it belongs to user %d: name one of user %d or root", st.Uid, os.Geteuid())
	}
	if st.Mode&0o022 != 0 && st.Mode&unix.S_ISVTX == 0 {
		return errors.New("others may write to it: name another, or set its sticky bit")
	}
	return nil
}

// checkOwner refuses a directory where somebody else could put or replace files, as one planted
// in /tmp before us.
func checkOwner(dir string) error {
	var st unix.Stat_t
	if err := unix.Lstat(dir, &st); err != nil {
		return os.NewSyscallError("lstat", err)
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR || int(st.Uid) != os.Geteuid() || st.Mode&0o077 != 0 {
		return fmt.Errorf("%s is not a directory of mode 0700 of user %d: remove it", dir, os.Geteuid())
	}
	return nil
}
