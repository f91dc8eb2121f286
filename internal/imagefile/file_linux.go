//go:build amd64 || arm64

package imagefile

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/go-usdt/usdt/internal/linux"
)

// made counts the paths that this process made, so that no two are the same.
var made atomic.Uint64

// Path returns a path in dir that no other process and no other call uses.
func Path(dir, provider string) string {
	n := made.Add(1)
	p, ok := self()
	if !ok {
		// p is all zeros, which keeps others from taking the file for stale, but is the same for
		// every process that /proc cannot identify.
		n = rand.Uint64() // #nosec G404 -- Create refuses a name that is taken
	}
	return fmt.Sprintf("%s/%v-%d-%s.so", dir, p, n, provider)
}

// parse returns the process that made the file called name.
func parse(name string) (p process, ok bool) {
	var numbers [5]uint64
	for i := range numbers {
		end := strings.IndexByte(name, '-')
		if end < 0 {
			return process{}, false
		}
		if numbers[i], ok = linux.ParseUint(name[:end]); !ok {
			return process{}, false
		}
		name = name[end+1:]
	}
	pid := int(numbers[2]) // #nosec G115 -- negative if it is too large
	p = process{namespaces{pid: numbers[0], time: numbers[1]}, pid, numbers[3]}
	return p, p.pid > 0 && p.start != 0
}

// cleaned is the directory that RemoveStale was called for last.
var cleaned struct {
	sync.Mutex
	dir string
}

// RemoveStale removes the files in dir of processes that have ended. The file of a live process
// stays, and so does one of a process in other namespaces, about which we cannot tell.
//
// It does nothing if the last call was for the same directory: to read a directory for each file
// that this process has there would take quadratic time. Safe for concurrent use.
func RemoveStale(dir string) error {
	cleaned.Lock()
	done := dir == cleaned.dir
	cleaned.dir = dir
	cleaned.Unlock()
	if done {
		return nil
	}
	me, ok := self()
	if !ok {
		return nil
	}
	names, err := list(dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		if p, ok := parse(name); ok && p.namespaces == me.namespaces && p != me && p.gone() {
			err = errors.Join(err, Remove(dir+"/"+name))
		}
	}
	return err
}

// list returns the names in dir. It does without os.ReadDir for the reasons at safe and open.
func list(dir string) (names []string, err error) {
	f, err := Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	buffer := make([]byte, 8<<10)
	for {
		n, err := syscall.ReadDirent(int(f.Fd()), buffer)
		if err != nil {
			return nil, &os.PathError{Op: "getdents", Path: dir, Err: err}
		}
		if n == 0 {
			return names, nil
		}
		_, _, names = syscall.ParseDirent(buffer[:n], -1, names)
	}
}

// Open opens a file or directory for reading.
func Open(path string) (*os.File, error) { return open(path, syscall.O_RDONLY, 0) }

// open does without os.OpenFile, which starts the runtime's network poller: if no descriptor is
// left for the poller, the runtime ends the program.
func open(path string, flags int, mode uint32) (*os.File, error) {
	for {
		fd, err := syscall.Open(path, flags|syscall.O_CLOEXEC, mode)
		if err == nil {
			return os.NewFile(uintptr(fd), path), nil
		}
		if err != syscall.EINTR {
			return nil, &os.PathError{Op: "open", Path: path, Err: err}
		}
	}
}

// Create creates the file at path, which must not exist, with content, and returns the very file
// that it wrote, for reading. Only the file's owner can read and execute it.
func Create(path string, content []byte) (*os.File, error) {
	f, err := open(path, syscall.O_RDWR|syscall.O_CREAT|syscall.O_EXCL, 0o500)
	if err != nil {
		return nil, err
	}
	if err = linux.CheckFileSize(len(content)); err != nil {
		err = &os.PathError{Op: "write", Path: path, Err: err}
	} else if _, err = f.Write(content); err == nil {
		err = flush(f)
	}
	if err != nil {
		_ = f.Close()
		return nil, errors.Join(err, Remove(path))
	}
	return f, nil
}

// flush closes a duplicate of f. Some file systems notice only in close(2) that the disk is full.
func flush(f *os.File) error {
	fd, err := linux.Fcntl(f.Fd(), syscall.F_DUPFD_CLOEXEC, 0)
	if err == nil {
		err = syscall.Close(fd)
	}
	if err != nil {
		return &os.PathError{Op: "flush", Path: f.Name(), Err: err}
	}
	return nil
}

// Remove removes the file at path. A file that is already gone is no error: another process, or the
// operator, may clean up, too.
func Remove(path string) error {
	if err := syscall.Unlink(path); err != nil && err != syscall.ENOENT {
		return &os.PathError{Op: "remove", Path: path, Err: err}
	}
	return nil
}
