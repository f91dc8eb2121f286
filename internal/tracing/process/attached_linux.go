package process

import (
	"bytes"
	"io"
)

// Attached reports for each of o.Notes whether a tracer is attached to it in this process: whether
// the code at its site differs from that in the file, or its semaphore is not zero. In an image of
// this library the landing before the site counts, too, because gdb has its breakpoint there. A
// note whose site has been unmapped since is not attached to, nor one whose site is in a page that
// the process does not have in memory.
//
// It returns nil where the kernel has no pagemap (CONFIG_PROC_PAGE_MONITOR), without which nothing
// tells what can be read. The error matches [fs.ErrNotExist] when the process has ended, and
// [fs.ErrPermission] for a process that the caller may read but not trace, such as one of the same
// user under Yama.
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

func (o *Object) readAttached(w *watch) ([]bool, error) {
	if !hasPagemap() {
		return nil, nil
	}
	m, err := openMemory(w, o.proc)
	if err != nil {
		return nil, processError(o.PID, err)
	}
	defer m.close()
	return o.attachedIn(m), nil
}

// attachedIn is readAttached in that memory. It looks at no place twice, however many notes share
// it.
func (o *Object) attachedIn(mem io.ReaderAt) []bool {
	attached := make([]bool, len(o.Notes))
	type place struct{ site, semaphore uint64 }
	known := make(map[place]bool)
	fired := o.content.sites.fired(o.Mappings)
	for i, n := range o.Notes {
		at := place{n.FileOffset, n.SemaphoreOffset}
		if _, ok := known[at]; !ok {
			sites := addressesOf(n.FileOffset, fired)
			known[at] = differs(mem, sites, o.content.sites.landing, o.content.sites.code(i, n)) ||
				differs(mem, o.SemaphoreAddresses(n), 0, []byte{0, 0})
		}
		attached[i] = known[at]
	}
	return attached
}

// differs reports whether, at any of the addresses minus before bytes, the memory differs from
// want.
func differs(mem io.ReaderAt, addresses []uint64, before int, want []byte) bool {
	got := make([]byte, len(want))
	for _, address := range addresses {
		// The kernel has no file in the upper half of the addresses, and refuses negative ones.
		_, err := mem.ReadAt(got, int64(address)-int64(before)) // #nosec G115 -- see above
		if err == nil && !bytes.Equal(got, want) {
			return true
		}
	}
	return false
}
