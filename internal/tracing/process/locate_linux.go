package process

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/symbol"
)

// An Instruction is one in the memory of a process.
type Instruction struct {
	Address  uint64
	IsReturn bool // it is behind a call, which is what is meant
}

// A Location is what is known of an instruction. Texts can have any bytes.
type Location struct {
	Object string         // the file that is mapped there; "" if there is none, or if it is not known
	Offset uint64         // in that file
	Frames []symbol.Frame // of the functions, the innermost first; none if they are not known
}

// These bound what a Reader keeps for Locate.
const (
	maxSpaces    = 1 << 12 // processes
	maxCodeFiles = 512     // files, each with a descriptor
	maxLoaded    = 16      // files of which something has been read

	// spaceInterval is the least time between two looks at the memory map of a process, for what it
	// has mapped since.
	spaceInterval = 100 * time.Millisecond
)

// spaces are the memory maps of processes, and the files that were mapped. Both are known when a
// process has ended, too.
type spaces struct {
	of     map[int]*space
	files  map[FileID]*codeFile
	loaded int
}

// A space is the memory of a process, as far as it is code of files.
type space struct {
	code   []codeMapping
	readAt time.Time
}

type codeMapping struct {
	Mapping
	name string
	file *codeFile // nil if it could not be opened
}

// A codeFile is a file with code.
type codeFile struct {
	fd      int
	symbols *symbol.File // nil before something is read
	silent  bool         // its file system does not answer, and somebody may still wait for it
}

// Locate tells where instructions of a process are. It remembers the process from the first call
// on, and so answers when the process has ended, too. Later calls look again if they are for no
// instruction, or for one that is not known yet.
//
// Errors match [fs.ErrNotExist] when there is no such process, and [fs.ErrPermission] when the
// caller may not look into it.
func (r *Reader) Locate(pid int, of []Instruction) ([]Location, error) {
	s := r.spaces.of[pid]
	if s == nil || len(of) == 0 || !s.has(of) && time.Since(s.readAt) >= spaceInterval {
		if err := r.readSpace(pid); err != nil && s == nil {
			return nil, err
		}
		s = r.spaces.of[pid]
	}
	locations := make([]Location, len(of))
	for i, in := range of {
		locations[i] = r.locate(s, in)
	}
	return locations, nil
}

// find returns the mapping that has an instruction. That of a call may be the last one of it.
func (s *space) find(in Instruction) (codeMapping, bool) {
	address := in.Address
	if in.IsReturn {
		address--
	}
	for _, m := range s.code {
		if address >= m.Start && address < m.End {
			return m, true
		}
	}
	return codeMapping{}, false
}

func (s *space) has(of []Instruction) bool {
	for _, in := range of {
		if _, ok := s.find(in); !ok {
			return false
		}
	}
	return true
}

// readSpace reads what a process has mapped. A process that is about to end has nothing.
func (r *Reader) readSpace(pid int) error {
	r.patience.ofUser(pid)
	p, lines, err := r.readMaps(pid)
	if err != nil {
		return processError(pid, err)
	}
	known := r.spaces.of[pid]
	if known == nil {
		if r.spaces.of == nil || len(r.spaces.of) >= maxSpaces {
			r.spaces.of = make(map[int]*space)
		}
		known = new(space)
		r.spaces.of[pid] = known
	}
	known.readAt = time.Now()
	if len(lines) == 0 {
		return nil
	}
	known.code = nil
	for _, m := range groupCode(lines) {
		file := r.codeFile(&p, m)
		for _, at := range m.executable {
			known.code = append(known.code, codeMapping{at, unescape(m.file.name), file})
		}
	}
	return nil
}

// groupCode returns the files that are mapped as code, with their mappings.
func groupCode(lines []mapsLine) []fileMappings {
	code := lines[:0]
	for _, l := range lines {
		if l.executable {
			l.private, l.writable = true, false // it may be written, or shared, all the same
			code = append(code, l)
		}
	}
	return groupByFile(code)
}

// codeFile opens a file that a process has mapped, or returns nil.
func (r *Reader) codeFile(p *process, m fileMappings) *codeFile {
	if r.patience.isSilent(m.file.dev) {
		return nil
	}
	type answer struct {
		file readFile
		id   FileID
		err  error
	}
	a, err := await(&r.patience, func(w *watch) (a answer) {
		p, o := *p, Object{}
		found, err := p.find(w, m, &o)
		if err != nil {
			return answer{err: err}
		}
		defer found.close()
		a.id = found.id
		a.file, a.err = found.open(w)
		return a
	})
	if err != nil {
		r.patience.setSilent(m.file.dev)
	}
	if err != nil || a.err != nil {
		return nil
	}
	if known := r.spaces.files[a.id]; known != nil || len(r.spaces.files) >= maxCodeFiles {
		_ = unix.Close(a.file.fd)
		return known
	}
	if r.spaces.files == nil {
		r.spaces.files = make(map[FileID]*codeFile)
	}
	file := &codeFile{fd: a.file.fd}
	r.spaces.files[a.id] = file
	return file
}

// locate tells where an instruction is.
func (r *Reader) locate(s *space, in Instruction) Location {
	m, ok := s.find(in)
	if !ok {
		return Location{}
	}
	at := Location{Object: m.name, Offset: in.Address - m.Start + m.Offset}
	f := m.file
	if f == nil || f.silent {
		return at
	}
	if f.symbols == nil {
		r.spaces.load(f)
	}
	frames, err := await(&r.patience, func(w *watch) []symbol.Frame {
		f.symbols.SetReader(readFile{f.fd, w})
		return f.symbols.Frames(at.Offset, in.IsReturn)
	})
	if f.silent = err != nil; !f.silent {
		at.Frames = frames
	}
	return at
}

// load makes room for what is read of a file.
func (s *spaces) load(f *codeFile) {
	if s.loaded++; s.loaded > maxLoaded {
		for _, other := range s.files {
			if !other.silent {
				other.symbols = nil
			}
		}
		s.loaded = 1
	}
	f.symbols = symbol.New(nil)
}

// A locateRequest has the arguments of [Reader.Locate].
type locateRequest struct {
	PID int
	Of  []Instruction
}

// Locate is [Reader.Locate].
func (c *Client) Locate(pid int, of []Instruction) ([]Location, error) {
	d, err := c.ask(request{Locate: &locateRequest{pid, of}}, nil)
	if err == nil && len(d.Locations) != len(of) {
		err = fmt.Errorf("%d locations of %d instructions", len(d.Locations), len(of))
	}
	return d.Locations, err
}
