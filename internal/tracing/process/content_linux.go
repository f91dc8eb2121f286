package process

import (
	"errors"
	"io"
	"slices"
	"sync"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// A content is what was read from a file, while it was open.
type content struct {
	notes      []sdtnote.Note
	sites      siteCodes
	symbols    map[string]uint64 // that operands of the notes refer to
	signatures signature.Set     // of probes that have notes
	unsigned   bool              // there are too many signatures
	err        error
}

// contents remembers what is in files, until that takes too much memory. Its methods may be called
// by goroutines that were left behind.
type contents struct {
	mu   sync.Mutex
	of   map[FileID]*content
	size int // bytes, about
}

// maxContents is the most memory that a Reader takes for what it remembers, in bytes.
const maxContents = 32 << 20

func (c *contents) get(id FileID) (*content, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.of[id]
	return known, ok
}

func (c *contents) put(id FileID, of *content) {
	c.mu.Lock()
	defer c.mu.Unlock()
	size := of.size()
	if c.of == nil || c.size+size > maxContents {
		c.of, c.size = make(map[FileID]*content), 0
	}
	c.of[id] = of
	c.size += size
}

// size returns about how many bytes of memory the content takes.
func (c *content) size() int {
	const entry, perNote, perSymbol = 256, 160, 64
	size := entry + len(c.sites.codes) + perSymbol*len(c.symbols)
	for _, n := range c.notes {
		size += perNote + len(n.Provider) + len(n.Name) + len(n.Args)
	}
	for _, s := range c.signatures {
		size += s.Size()
	}
	return size
}

// read returns what is in the file. It reads only a file that r does not remember.
func (r *Reader) read(w *watch, file pathFile, work *work) *content {
	known, ok := r.contents.get(file.id)
	if ok {
		return known
	}
	c := readContent(w, file, work)
	// What a process has used up, and a file system that does not answer, are not the file's fault.
	if !work.exhausted() && !errors.Is(c.err, errNoAnswer) {
		r.contents.put(file.id, c)
	}
	return c
}

func readContent(w *watch, file pathFile, work *work) *content {
	f, err := file.open(w)
	if err != nil {
		return &content{err: err}
	}
	defer f.close()
	r := work.reader(f)
	c := new(content)
	if c.notes, err = readNotes(r); err == nil {
		c.sites, err = readSiteCodes(r, c.notes)
	}
	if names := symbolsIn(c.notes); err == nil && len(names) > 0 {
		// An argument whose symbol is not found cannot be read, but the others can.
		c.symbols, _ = sdtnote.SymbolAddresses(r, names...)
	}
	if err == nil {
		c.signatures, c.unsigned, err = readSignatures(r, c.notes)
	}
	if err == nil && work.exhausted() {
		err = errMaxWork
	}
	if err != nil {
		return &content{err: err}
	}
	return c
}

// readNotes returns the notes of a file, each once: link editors do not remove the copies that they
// make of a section.
func readNotes(r io.ReaderAt) ([]sdtnote.Note, error) {
	all, err := sdtnote.Read(r)
	if err != nil {
		return nil, err
	}
	type place struct {
		provider, name string
		offset         uint64
	}
	first := make(map[place]int, len(all))
	var notes []sdtnote.Note
	for _, n := range all {
		p := place{n.Provider, n.Name, n.FileOffset}
		i, known := first[p]
		if known && notes[i] == n {
			continue
		}
		if !known {
			first[p] = len(notes)
		}
		notes = append(notes, n)
	}
	return notes, nil
}

// readSignatures returns what a file says of the arguments of its probes. A file with malformed
// types is like one that has none: its probes can be traced all the same. So is one with too many,
// but that deserves a word.
func readSignatures(r io.ReaderAt, notes []sdtnote.Note) (
	known signature.Set, tooMany bool, err error,
) {
	if len(notes) == 0 {
		return nil, false, nil
	}
	all, err := signature.ReadFile(r)
	if errors.Is(err, signature.ErrFormat) || err == nil && len(all) == 0 {
		return nil, errors.Is(err, signature.ErrTooLarge), nil
	}
	if err != nil {
		return nil, false, err
	}
	set := signature.NewSet(all)
	known = make(signature.Set)
	for _, n := range notes {
		if s := set.Find(n.Provider, n.Name); s != nil {
			known[signature.Name{Provider: n.Provider, Probe: n.Name}] = s
		}
	}
	return known, false, nil
}

// symbolsIn returns the symbols that arguments of the notes refer to.
func symbolsIn(notes []sdtnote.Note) []string {
	var names []string
	for _, n := range notes {
		for _, a := range operand.Parse(n) {
			names = append(names, a.Symbols()...)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
