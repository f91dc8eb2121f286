package process

import (
	"bytes"
	"io"
	"os"
)

// Attached reports for each of o.Notes whether a tracer is attached to it in this process. That is so
// where the code at its site differs from that of the file, in an image of this library together with
// the landing before it, on which gdb has its breakpoint; or where its semaphore is not zero. What has
// been unmapped since counts as not attached. The error matches [fs.ErrPermission] for processes that
// the caller may read but not trace, as those of the same user under Yama.
func (o *Object) Attached() ([]bool, error) {
	mem, err := os.Open(o.proc + "/mem")
	if err != nil {
		return nil, processError(o.PID, err)
	}
	defer mem.Close()
	return o.attachedIn(mem), nil
}

// attachedIn is Attached for that memory. It looks at no place twice, however many notes share it.
func (o *Object) attachedIn(mem io.ReaderAt) []bool {
	attached := make([]bool, len(o.Notes))
	type place struct{ site, semaphore uint64 }
	known := make(map[place]bool)
	fired := o.sites.fired(o.Mappings)
	for i, n := range o.Notes {
		at := place{n.FileOffset, n.SemaphoreOffset}
		if _, ok := known[at]; !ok {
			known[at] = differs(mem, addressesOf(n.FileOffset, fired), o.sites.before, o.sites.codes[i]) ||
				differs(mem, o.SemaphoreAddresses(n), 0, []byte{0, 0})
		}
		attached[i] = known[at]
	}
	return attached
}

// differs reports whether there is something else than want, so many bytes before any of the addresses.
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
