//go:build amd64 || arm64

package imagefile

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/go-usdt/usdt/internal/linux"
)

// isStarter reports whether our files would belong to a user who started this program, and who
// lacks rights that the program has.
func isStarter() bool {
	user := os.Geteuid()
	return user != 0 && user == os.Getuid() && linux.Secure()
}

// safe returns the path of a directory without symbolic links, if only root and this process's
// effective user can exchange files in that directory or in those above it. Another user could have
// this process run the code in his file.
//
// It goes from the root downwards: nobody else changes what is in a directory that was found to be
// safe. filepath.EvalSymlinks describes files by package os, which would add some 120 KB to every
// program with probes.
func safe(dir string) (string, error) {
	rest, err := absolute(dir)
	if err != nil {
		return "", err
	}
	if err := checkDirectory("/"); err != nil {
		return "", err
	}
	path := "" // is safe; "" is the root directory
	for links := 0; rest != ""; {
		end := strings.IndexByte(rest+"/", '/')
		name := rest[:end]
		rest = rest[min(end+1, len(rest)):]
		switch name {
		case "", ".":
			continue
		case "..":
			path = path[:max(strings.LastIndexByte(path, '/'), 0)]
			continue
		}
		target, err := os.Readlink(path + "/" + name)
		switch {
		case errors.Is(err, syscall.EINVAL): // no link
			path += "/" + name
			err = checkDirectory(path)
		case err == nil:
			if links++; links > maxLinks {
				err = syscall.ELOOP
			}
			if target[0] == '/' {
				path = ""
			}
			rest = target + "/" + rest
		}
		if err != nil {
			return "", err
		}
	}
	return path, nil
}

// maxLinks is the kernel's own limit, see path_resolution(7).
const maxLinks = 40

// checkDirectory refuses a directory where its owner, or another user who may write to it, could
// exchange what is in there. In a sticky directory such as /tmp, others cannot rename or remove
// what is not theirs.
func checkDirectory(path string) error {
	var st syscall.Stat_t
	if err := syscall.Lstat(path, &st); err != nil {
		return &os.PathError{Op: "lstat", Path: path, Err: err}
	}
	switch {
	case int(st.Uid) != os.Geteuid() && st.Uid != 0:
		return fmt.Errorf("%s belongs to user %d: name another directory", path, st.Uid)
	case st.Mode&0o022 != 0 && st.Mode&syscall.S_ISVTX == 0:
		return fmt.Errorf("others may write to %s: name another directory, or set its sticky bit", path)
	}
	return nil
}
