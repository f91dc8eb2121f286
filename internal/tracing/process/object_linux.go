package process

import (
	"errors"
	"fmt"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// An Object is a file with probes that a process has mapped where uprobes work: executable, private
// and not writable.
type Object struct {
	PID       int
	Comm      string // the process's command name; any bytes
	Container string // the first 12 digits of its id, or its name; "" outside of one

	// Name is the path that the file was mapped by, as /proc/PID/maps has it, without the mark of a
	// deleted file: /usr/lib/libc.so.6, /memfd:libstapsdt:shop. Any bytes.
	Name    string
	Deleted bool // Name does not lead to the file, because the file was deleted or is a memfd

	// Path opens the file from the calling process. It is the path to give to tracers. A path below
	// /proc/PID lasts as long as the process, one below /proc/PID/map_files only as long as the
	// mapping.
	Path string

	FileID
	Overlaid bool // the file is in an overlay: see Identify

	// Mappings are the executable ones, by address, and Data the private ones that can be written,
	// where semaphores are counted; at most 1024 each.
	Mappings, Data []Mapping

	// Notes are shared by all objects of the file: do not change them.
	Notes []sdtnote.Note

	// Symbols has the link-time addresses of the symbols that operands of the notes refer to, those
	// that the file defines. It is shared like Notes.
	Symbols map[string]uint64

	// Signatures are what the file itself says of the arguments of its probes. They may disagree
	// with Notes. They are shared like Notes.
	Signatures signature.Set

	// Behind has the form of the no-op behind a site that is a plain one, by the offset of the site in
	// the file, in programs of Go with slots of package static. A hit passes through both, and the
	// kernel may replace the second better. Other programs may have such sites, too, but may fork: on
	// Linux 6.18 the child dies at a nop5 that is traced. It is shared like Notes.
	Behind map[uint64]probesite.Form

	// Unsigned says that the file has more signatures than are read: there are none here.
	Unsigned bool

	// Attached says for each of Notes whether a tracer is attached to it in this process: see
	// Reader.Attached. It is nil unless Reader.WithAttached asks for it, and when it is unknown.
	Attached []bool

	// Err says why there are no notes although the file may have probes: the file is malformed, or
	// may not be read, or its file system does not answer. It names the file and the process.
	Err error

	proc    string // the directory of the process in /proc, or that of one of its threads
	content *content
}

// These bound the work for a process that maps a file as often as it can, each time with all its
// notes.
const (
	maxMappings  = 1024 // of a file in a process
	maxAddresses = 16   // of a site
)

// readObject returns the object of a mapped file, unless the file has no probes.
func (r *Reader) readObject(w *watch, p *process, m fileMappings) (o Object, ok bool) {
	o = Object{PID: p.pid, Mappings: m.executable, Data: m.data, proc: p.proc}
	p.work.spend(openCost)
	file, err := p.find(w, m, &o)
	if errors.Is(err, ErrNotRegular) {
		return o, false
	}
	if err != nil {
		o.Err = fileError(o.Name, p.pid, err)
		o.Path = ""
		return o, true
	}
	defer file.close()
	o.FileID = file.id

	c := r.read(w, file, &p.work)
	if errors.Is(c.err, sdtnote.ErrNotELF) || c.err == nil && len(c.notes) == 0 {
		return o, false
	}
	if err := errors.Join(c.err, p.work.count(c.notes)); err != nil {
		o.Err = fileError(o.Path, p.pid, err)
		return o, true
	}
	o.setContent(c)
	o.Overlaid = file.isOverlaid(w)
	return o, true
}

func (o *Object) setContent(c *content) {
	o.Notes, o.Symbols, o.Signatures, o.content = c.notes, c.symbols, c.signatures, c
	o.Unsigned, o.Behind = c.unsigned, c.sites.slots
}

func fileError(name string, pid int, err error) error {
	return fmt.Errorf("%s in process %d: %w", printable.Quote(name), pid, err)
}

// Addresses returns where the site of one of o's notes is in the memory of the process: at several
// addresses, but at most 16, when the file is mapped several times. An address less n.Address is
// the load bias: add it to a link-time address to get an address in the process.
func (o *Object) Addresses(n sdtnote.Note) []uint64 { return addressesOf(n.FileOffset, o.Mappings) }

// SemaphoreAddresses returns where the semaphore of one of o's notes is in the memory of the
// process. A probe without a semaphore has none.
func (o *Object) SemaphoreAddresses(n sdtnote.Note) []uint64 {
	if n.SemaphoreOffset == 0 {
		return nil
	}
	return addressesOf(n.SemaphoreOffset, o.Data)
}

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
