//go:build amd64 || arm64

package imagefile

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/go-usdt/usdt/internal/linux"
)

// Dir makes, where it is missing, our directory in the first of the parents that serves, and
// returns its absolute path. The errors in skipped say what was wrong with the parents before that
// one. Empty names are passed over.
func Dir(parents ...string) (dir string, skipped []error, err error) {
	if isStarter() {
		return "", nil, errors.New("no named file: the user who started this program with more " +
			"rights than his own could change the file")
	}
	for _, parent := range parents {
		if parent == "" {
			continue
		}
		dir, err := ours(parent)
		if err == nil {
			return dir, skipped, nil
		}
		skipped = append(skipped, fmt.Errorf("use directory %s: %w", parent, err))
	}
	none := errors.New("no directory for the image: " +
		"name one that is writable on a mount without noexec")
	return "", skipped, errors.Join(append(skipped, none)...)
}

func ours(parent string) (string, error) {
	parent, err := safe(parent)
	if err != nil {
		return "", err
	}
	if err := checkMount(parent + "/"); err != nil {
		return "", err
	}
	dir := parent + "/stapsdt-" + strconv.Itoa(os.Geteuid())
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return "", err
	}
	return dir, checkOwner(dir)
}

// absolute does without filepath.Abs for the reason at safe.
func absolute(path string) (string, error) {
	if path[0] == '/' {
		return path, nil
	}
	dir, err := syscall.Getwd()
	if err != nil {
		return "", os.NewSyscallError("getcwd", err)
	}
	return dir + "/" + path, nil
}

// checkMount refuses a directory where no file can be created, or none can be mapped executable.
func checkMount(dir string) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return os.NewSyscallError("statfs", err)
	}
	switch {
	case fs.Flags&linux.ST_NOEXEC != 0:
		return errors.New("its mount is noexec")
	case fs.Flags&linux.ST_RDONLY != 0:
		return errors.New("its mount is read-only")
	}
	return nil
}

// checkOwner refuses a directory where another user could put or replace files, such as one planted
// in /tmp before we made ours.
func checkOwner(dir string) error {
	var st syscall.Stat_t
	if err := syscall.Lstat(dir, &st); err != nil {
		return os.NewSyscallError("lstat", err)
	}
	if st.Mode&syscall.S_IFMT != syscall.S_IFDIR || int(st.Uid) != os.Geteuid() || st.Mode&0o077 != 0 {
		return fmt.Errorf("%s is not a directory of mode 0700 of user %d: remove it", dir, os.Geteuid())
	}
	return nil
}
