package process

import (
	"bytes"
	"io"

	"golang.org/x/sys/unix"
)

// Attached reports for each of o.Notes whether a tracer is attached to it in this process: whether
// the code at its site differs from that in the file, or its semaphore is not zero. In an image of
// this library the landing before the site counts, too, because gdb has its breakpoint there. A
// note whose site has been unmapped since is not attached to.
//
// The error matches [fs.ErrNotExist] when the process has ended, and [fs.ErrPermission] for a
// process that the caller may read but not trace, such as one of the same user under Yama.
func (r *Reader) Attached(o *Object) ([]bool, error) {
	type answer struct {
		attached []bool
		err      error
	}
	a, err := await(&r.patience, func(w *watch) (a answer) {
		a.attached, a.err = o.readAttached(w)
		return a
	})
	if err != nil {
		return nil, fileError(o.Path, o.PID, err)
	}
	return a.attached, a.err
}

// readAttached may wait for a page of a mapped file that is not in memory.
func (o *Object) readAttached(w *watch) ([]bool, error) {
	mem := readFile{watch: w}
	err := w.call(func() (err error) {
		mem.fd, err = unix.Open(o.proc+"/mem", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return nil, processError(o.PID, err)
	}
	defer mem.close()
	return o.attachedIn(mem), nil
}

// attachedIn is Attached for that memory. It looks at no place twice, however many notes share it.
func (o *Object) attachedIn(mem io.ReaderAt) []bool {
	attached := make([]bool, len(o.Notes))
	type place struct{ site, semaphore uint64 }
	known := make(map[place]bool)
	fired := o.content.sites.fired(o.Mappings)
	for i, n := range o.Notes {
		at := place{n.FileOffset, n.SemaphoreOffset}
		if _, ok := known[at]; !ok {
			sites := addressesOf(n.FileOffset, fired)
			known[at] = differs(mem, sites, o.content.sites.landing, o.content.sites.code(i)) ||
				differs(mem, o.SemaphoreAddresses(n), 0, []byte{0, 0})
		}
		attached[i] = known[at]
	}
	return attached
}

// differs reports whether the memory differs from want at a place that many bytes before any of the
// addresses.
func differs(mem io.ReaderAt, addresses []uint64, before int, want []byte) bool {
	got := make([]byte, len(want))
	for _, address := range addresses {
		_, err := mem.ReadAt(got, int64(address)-int64(before))
		if err == nil && !bytes.Equal(got, want) {
			return true
		}
	}
	return false
}
