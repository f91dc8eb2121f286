package process

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-usdt/usdt/internal/block"
	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// A Site is one of a probe, byte by byte: in its file and, of a process, in memory.
type Site struct {
	Raw sdtnote.RawNote

	// IsImage and IsBlock say that the site is in a slot of an image of this library, or of a block of
	// package static.
	IsImage, IsBlock bool

	Start uint64 // where Code begins, in bytes into the file
	Code  []byte // of the file: the slot or, without one, the site and what is behind it

	// Of a process.
	Mapped     []MappedCode // all mappings of the file, by address; at most 1024
	Semaphores []Semaphore
	IsAttached bool  // see Object.Attached
	MemoryErr  error // why the memory, and so the rest, is not known
}

// MappedCode is a mapping of the file, whatever its permissions.
type MappedCode struct {
	Mapping
	Permissions string // as /proc/PID/maps has them, such as r-xp
	IsFired     bool   // hits pass through this mapping
	Address     uint64 // of Site.Code; 0 if the mapping has none of it
	Code        []byte // what is there now; nil if that is unknown, or the page is not in memory
}

// A Semaphore is what counts the tracers of a probe in a process.
type Semaphore struct {
	Address uint64
	Value   uint16
	IsKnown bool // the page is in memory
}

// codeSize is how much is shown of the code of a site that is in no slot, in bytes. No instruction
// is longer.
const codeSize = 16

// Inspect reads what is at the site of a note of an object, which must be as Read or ReadNamed
// returned it. The error is about the file.
func (r *Reader) Inspect(of Object, n sdtnote.Note) (Site, error) {
	o, err := r.again(of)
	if err != nil {
		return Site{}, err
	}
	i := slices.Index(o.Notes, n)
	if i < 0 {
		return Site{}, fileError(o.Path, o.PID, sdtnote.ErrGone)
	}
	type answer struct {
		site Site
		err  error
	}
	a, err := await(&r.patience, func(w *watch) (a answer) {
		a.site, a.err = o.readSite(w, n)
		return a
	})
	if err = errors.Join(err, a.err); err != nil {
		return Site{}, fileError(o.Path, o.PID, err)
	}
	if o.PID != 0 {
		a.site.MemoryErr = r.readMemory(&o, i, &a.site)
	}
	return a.site, nil
}

// again returns the object with what only this Reader knows of it.
func (r *Reader) again(of Object) (Object, error) {
	if of.PID == 0 {
		return r.ReadNamed(of.Path)
	}
	objects, err := r.Read(of.PID)
	if err != nil {
		return Object{}, err
	}
	for _, o := range objects {
		if o.FileID == of.FileID && o.Name == of.Name && o.Err == nil {
			return o, nil
		}
	}
	return Object{}, fmt.Errorf("process %d has unmapped the file of the probe; try again", of.PID)
}

// readSite reads what the file has of the site.
func (o *Object) readSite(w *watch, n sdtnote.Note) (s Site, err error) {
	found, err := openPath(w, o.Path, 0)
	if err != nil {
		return s, err
	}
	defer found.close()
	if found.id != o.FileID {
		return s, errors.New("another file has taken its place; try again")
	}
	f, err := found.open(w)
	if err != nil {
		return s, err
	}
	defer f.close()
	if s.Raw, err = sdtnote.ReadRaw(f, n); err != nil {
		return s, err
	}
	s.IsImage = isImage(o.Notes)
	finder := blockFinder{ReaderAt: f}
	s.IsBlock = !s.IsImage && finder.has(n.Machine, n.FileOffset)
	size := uint64(codeSize)
	s.Start = n.FileOffset
	switch {
	case s.IsImage:
		size = elfimage.SlotSize
	case s.IsBlock:
		size = block.SlotSize(n.Machine)
	}
	if s.IsImage || s.IsBlock {
		s.Start -= s.Start % size
	}
	s.Code = make([]byte, size)
	got, err := f.ReadAt(s.Code, int64(s.Start)) // #nosec G115 -- a negative offset is refused
	if errors.Is(err, io.EOF) {
		err = nil
	}
	s.Code = s.Code[:got]
	if err == nil && n.FileOffset-s.Start > uint64(got) { // #nosec G115 -- not negative
		err = errors.New("it ends before the site; build or copy the file again")
	}
	return s, err
}

// readMemory reads what the process has of the site of note i.
func (r *Reader) readMemory(o *Object, i int, s *Site) error {
	_, lines, err := r.readMaps(o.PID)
	if err != nil {
		return processError(o.PID, err)
	}
	s.setMapped(o, lines)
	type answer struct {
		site Site
		err  error
	}
	read := *s // await may leave the goroutine behind
	a, err := await(&r.patience, func(w *watch) answer {
		err := read.readMemory(w, o, i)
		return answer{read, err}
	})
	if err = errors.Join(err, a.err); err != nil {
		return err
	}
	*s = a.site
	return nil
}

// setMapped sets all mappings of the file.
func (s *Site) setMapped(o *Object, lines []mapsLine) {
	at := slices.IndexFunc(lines, func(l mapsLine) bool { return l.Start == o.Mappings[0].Start })
	if at < 0 {
		return
	}
	fired := o.content.sites.fired(o.Mappings)
	for _, l := range lines {
		if l.file != lines[at].file || len(s.Mapped) >= maxMappings {
			continue
		}
		m := MappedCode{Mapping: l.Mapping, Permissions: l.permissions()}
		if address, ok := l.address(s.Start); ok {
			m.Address = address
		}
		m.IsFired = m.Address != 0 && slices.Contains(fired, l.Mapping)
		s.Mapped = append(s.Mapped, m)
	}
}

// readMemory reads the site where it is mapped, of note i of the object.
func (s *Site) readMemory(w *watch, o *Object, i int) error {
	if !hasPagemap() {
		return errors.New("the kernel has no /proc/PID/pagemap, without which nothing tells what " +
			"can be read without holding up the process")
	}
	m, err := openMemory(w, o.proc)
	if err != nil {
		return processError(o.PID, err)
	}
	defer m.close()
	s.IsAttached = o.attachedIn(m)[i]
	s.Mapped = slices.Clone(s.Mapped)
	for j := range s.Mapped {
		at := &s.Mapped[j]
		if at.Address == 0 || at.Permissions[0] != 'r' {
			continue
		}
		code := make([]byte, min(uint64(len(s.Code)), at.End-at.Address))
		// #nosec G115 -- the kernel has no file in the upper half of the addresses
		if n, _ := m.ReadAt(code, int64(at.Address)); n == len(code) {
			at.Code = code
		}
	}
	for _, address := range o.SemaphoreAddresses(o.Notes[i]) {
		s.Semaphores = append(s.Semaphores, m.semaphore(address))
	}
	return nil
}

func (m memory) semaphore(address uint64) Semaphore {
	s := Semaphore{Address: address}
	var b [2]byte
	// #nosec G115 -- the kernel has no file in the upper half of the addresses
	if n, _ := m.ReadAt(b[:], int64(address)); n == len(b) {
		s.Value, s.IsKnown = binary.NativeEndian.Uint16(b[:]), true
	}
	return s
}

// permissions returns them as /proc/PID/maps has them.
func (l mapsLine) permissions() string {
	p := []byte("---s")
	for i, has := range []bool{l.readable, l.writable, l.executable, l.private} {
		if has {
			p[i] = "rwxp"[i]
		}
	}
	return string(p)
}
