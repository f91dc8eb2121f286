package process

import (
	"encoding/binary"
	"errors"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// A memory is the memory of a process. It is read only where the process has pages: to read any
// other page makes the kernel fetch it, and while that waits for a file system, the process cannot
// change its memory map. What a tracer has changed is in a page of the process's own, in memory or
// swapped out.
type memory struct {
	bytes readFile // /proc/PID/mem
	pages readFile // /proc/PID/pagemap
}

var errNoPage = errors.New("the page is not in memory")

// hasPagemap reports whether the kernel says which pages are in memory.
var hasPagemap = sync.OnceValue(func() bool {
	_, err := os.Lstat("/proc/self/pagemap")
	return err == nil
})

// openMemory opens the memory of the process with that directory in /proc.
func openMemory(w *watch, proc string) (m memory, err error) {
	if m.bytes, err = openInProc(w, proc+"/mem"); err != nil {
		return m, err
	}
	if m.pages, err = openInProc(w, proc+"/pagemap"); err != nil {
		m.bytes.close()
	}
	return m, err
}

func (m memory) close() {
	m.bytes.close()
	m.pages.close()
}

// ReadAt reads less than a page.
func (m memory) ReadAt(b []byte, address int64) (int, error) {
	for _, at := range []int64{address, address + int64(len(b)) - 1} {
		if has, err := m.hasPage(at); err != nil || !has {
			return 0, errors.Join(err, errNoPage)
		}
	}
	return m.bytes.ReadAt(b, address)
}

// hasPage reads an entry of pagemap: see Documentation/admin-guide/mm/pagemap.rst.
func (m memory) hasPage(address int64) (bool, error) {
	const swapped, present = 1 << 62, 1 << 63
	var entry [8]byte
	if _, err := m.pages.ReadAt(entry[:], address/int64(os.Getpagesize())*8); err != nil {
		return false, err
	}
	return binary.NativeEndian.Uint64(entry[:])&(present|swapped) != 0, nil
}

func openInProc(w *watch, path string) (readFile, error) {
	f := readFile{watch: w}
	err := w.call(func() (err error) {
		f.fd, err = unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
	return f, err
}
