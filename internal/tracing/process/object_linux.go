package process

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// An Object is a file with probes that a process has mapped where uprobes work: executable, private and
// not writable.
type Object struct {
	PID       int
	Comm      string // the process's command name; any bytes
	Container string // the first 12 digits of the id of the process's container, empty without

	// Name is the path that the file was mapped by, as /proc/PID/maps has it, without the mark of what
	// is deleted: /usr/lib/libc.so.6, /memfd:libstapsdt:shop. Any bytes.
	Name    string
	Deleted bool // the name does not lead to the file any more, or never did, as that of a memfd

	// Path opens the file from the calling process, and is what tracers are given. Where it begins with
	// /proc/PID it lasts as long as the process, and /proc/PID/map_files no longer than the mapping.
	Path string

	// Dev and Inode are those of stat(2). Objects that agree in both are one file.
	Dev, Inode uint64

	// Mappings are the executable ones, by address, at most 1024.
	Mappings []Mapping

	// Notes are shared by all objects of the file: do not change them.
	Notes []sdtnote.Note

	// Err says why there are no notes although the file may have probes: it is malformed, or may not
	// be read.
	Err error

	proc  string     // the directory of the process in /proc, or of one of its threads
	sites []siteCode // of each note
	data  []Mapping  // the writable private mappings, at most as many
}

// A process can map a file as often as it likes, to have us look everywhere for each of its notes.
const (
	maxMappings  = 1024 // of a file in a process
	maxAddresses = 16   // of a site
)

// Addresses returns where the site of one of o's notes is in the memory of the process, more than once when
// the file is mapped several times, at most 16 times. An address less n.Address is the load bias, with which one gets from
// link-time addresses to those of the process.
func (o *Object) Addresses(n sdtnote.Note) []uint64 { return addressesOf(n.FileOffset, o.Mappings) }

func addressesOf(offset uint64, mappings []Mapping) []uint64 {
	var addresses []uint64
	for _, m := range mappings {
		if address, ok := m.address(offset); ok {
			addresses = append(addresses, address)
		}
		if len(addresses) == maxAddresses {
			break
		}
	}
	return addresses
}

// firedAt is Addresses without those where nobody fires: this library has a mapping of its own, of the code alone,
// besides that of the dynamic linker, which begins at the start of the file. A gdb that comes and goes beside a uprobe
// leaves the latter's site as it should not be.
func (o *Object) firedAt(n sdtnote.Note) []uint64 {
	var addresses []uint64
	begin := uint64(0)
	for _, m := range o.Mappings {
		address, ok := m.address(n.FileOffset)
		if !ok || m.Offset < begin {
			continue
		}
		if m.Offset > begin {
			addresses, begin = nil, m.Offset
		}
		if len(addresses) < maxAddresses {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// SemaphoreAddresses returns where the semaphore of one of o's notes is in the memory of the process, none
// without a semaphore.
func (o *Object) SemaphoreAddresses(n sdtnote.Note) []uint64 {
	if n.SemaphoreOffset == 0 {
		return nil
	}
	return addressesOf(n.SemaphoreOffset, o.data)
}

// Attached reports for each of o.Notes whether a tracer is attached to it in this process: where it is fired, the
// first byte at the site or, where gdb has its breakpoint, the landing before it is not that of the file; or the
// semaphore is not zero. What has been unmapped since counts as not attached. The error matches
// [fs.ErrPermission] for processes that the caller may read but not trace, as those of the same user under Yama.
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
	for i, n := range o.Notes {
		at := place{n.FileOffset, n.SemaphoreOffset}
		if _, ok := known[at]; !ok {
			known[at] = differs(mem, o.firedAt(n), o.sites[i]) ||
				differs(mem, o.SemaphoreAddresses(n), siteCode{code: []byte{0, 0}})
		}
		attached[i] = known[at]
	}
	return attached
}

// siteCode is what the file has at a site: its first byte, and before it the landing, if there is one.
type siteCode struct {
	code    []byte
	landing int // bytes
}

// differs reports whether at any of the addresses of a site there is something else than want.
func differs(mem io.ReaderAt, sites []uint64, want siteCode) bool {
	got := make([]byte, len(want.code))
	for _, site := range sites {
		_, err := mem.ReadAt(got, int64(site)-int64(want.landing))
		if err == nil && !bytes.Equal(got, want.code) {
			return true
		}
	}
	return false
}

func readSites(r io.ReaderAt, notes []sdtnote.Note) ([]siteCode, error) {
	sites := make([]siteCode, len(notes))
	for i, n := range notes {
		landing := elfimage.Landing(n.Machine)
		if n.FileOffset < uint64(len(landing)) {
			landing = nil
		}
		code := make([]byte, len(landing)+1)
		if _, err := r.ReadAt(code, int64(n.FileOffset)-int64(len(landing))); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if bytes.HasPrefix(code, landing) {
			sites[i] = siteCode{code, len(landing)}
		} else {
			sites[i] = siteCode{code[len(landing):], 0}
		}
	}
	return sites, nil
}
