package process

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// fileMappings are the mappings of one file in one process.
type fileMappings struct {
	file             mappedFile
	executable, data []Mapping // those where uprobes work; those where semaphores are counted
}

// groupByFile returns the files that are mapped where uprobes work, in the order of the lines.
func groupByFile(lines []mapsLine) []fileMappings {
	var files []fileMappings
	index := make(map[mappedFile]int)
	for _, l := range lines {
		i, known := index[l.file]
		if !known {
			i = len(files)
			index[l.file] = i
			files = append(files, fileMappings{file: l.file})
		}
		switch f := &files[i]; {
		case l.probeable() && len(f.executable) < maxMappings:
			f.executable = append(f.executable, l.Mapping)
		case l.private && l.writable && len(f.data) < maxMappings:
			f.data = append(f.data, l.Mapping)
		}
	}
	executable := files[:0]
	for _, f := range files {
		if len(f.executable) > 0 {
			executable = append(executable, f)
		}
	}
	return executable
}

// statID is what stat(2) tells files apart by.
type statID struct{ dev, inode uint64 }

// A fileID also changes when the file is written, or another one gets its inode.
type fileID struct {
	statID
	size         int64
	mtime, ctime unix.Timespec
}

// fileNotes is what was read from a file.
type fileNotes struct {
	notes []sdtnote.Note
	sites siteCodes
	err   error
	used  bool // since the current ReadAll began
}

// readObject returns the object of a mapped file, unless it has no probes.
func (r *Reader) readObject(p *process, m fileMappings) (o Object, ok bool) {
	o = Object{PID: p.pid, Mappings: m.executable, proc: p.proc, data: m.data}
	p.work.spend(openCost)
	file, err := p.open(m, &o)
	if errors.Is(err, errNotRegular) {
		return o, false
	}
	if err != nil {
		o.Err = fmt.Errorf("%q in process %d: %w", o.Name, p.pid, err)
		o.Path = ""
		return o, true
	}
	defer unix.Close(file.fd)
	o.Dev, o.Inode = file.id.dev, file.id.inode

	f := r.read(file, &p.work)
	if errors.Is(f.err, sdtnote.ErrNotELF) || f.err == nil && len(f.notes) == 0 {
		return o, false
	}
	if err := errors.Join(f.err, p.work.count(f.notes)); err != nil {
		o.Err = fmt.Errorf("%q: %w", o.Path, err)
		return o, true
	}
	o.Notes, o.sites = f.notes, f.sites
	return o, true
}

// read returns what is in the file, which it reads only when it does not remember.
func (r *Reader) read(file pathFile, w *work) *fileNotes {
	f, known := r.files[file.id]
	if !known {
		f = new(fileNotes)
		f.notes, f.sites, f.err = file.notes(w)
		if r.files == nil {
			r.files = make(map[fileID]*fileNotes)
		}
		if !w.exhausted() { // which is not the file's fault
			r.files[file.id] = f
		}
	}
	f.used = true
	return f
}

// A pathFile is a regular file of which nothing can be read yet, which is why it was safe to open.
type pathFile struct {
	fd int // opened with O_PATH
	id fileID
}

var errNotRegular = errors.New("not a regular file")

// openPath finds the file at path. Names that a process chose may lead to anything, also to devices that
// do something when they are opened.
func openPath(path string, flags int) (pathFile, error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC|flags, 0)
	if err != nil {
		return pathFile{}, &os.PathError{Op: "open", Path: path, Err: err}
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return pathFile{}, &os.PathError{Op: "stat", Path: path, Err: err}
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		unix.Close(fd)
		return pathFile{}, errNotRegular
	}
	return pathFile{fd, fileID{statID{uint64(st.Dev), st.Ino}, st.Size, st.Mtim, st.Ctim}}, nil
}

func (f pathFile) notes(w *work) ([]sdtnote.Note, siteCodes, error) {
	file, err := os.OpenFile("/proc/self/fd/"+strconv.Itoa(f.fd), os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		var pathErr *os.PathError
		if errors.As(err, &pathErr) {
			err = pathErr.Err // the path is of no use to anyone else
		}
		return nil, siteCodes{}, err
	}
	defer file.Close()
	r := w.reader(file)
	notes, err := sdtnote.Read(r)
	if err != nil {
		return nil, siteCodes{}, err
	}
	sites, err := readSiteCodes(r, notes)
	return notes, sites, err
}

// open finds the mapped file and fills in Name, Deleted and Path of o.
//
// The numbers in /proc/PID/maps are not always those of stat(2): overlayfs and btrfs have others. Those
// of map_files are, but it takes rights to follow these links: without, a path is taken for the file if
// its inode number is right.
func (p *process) open(m fileMappings, o *Object) (pathFile, error) {
	mapFile := fmt.Sprintf("%s/map_files/%x-%x", p.proc, m.executable[0].Start, m.executable[0].End)
	mapped, err := openPath(mapFile, 0)
	if errors.Is(err, errNotRegular) {
		return pathFile{}, err
	}
	want := statID{m.file.dev, m.file.inode}
	isExact := err == nil
	if isExact {
		want = mapped.id.statID
		defer unix.Close(mapped.fd)
	}

	for _, name := range m.file.names() {
		o.Name = name
		for _, path := range []string{name, p.proc + "/root" + name} {
			f, err := openPath(path, unix.O_NOFOLLOW)
			if err != nil {
				continue
			}
			if f.id.statID == want || !isExact && f.id.inode == want.inode {
				o.Path = path
				return f, nil
			}
			unix.Close(f.fd)
		}
	}
	o.Name, o.Deleted = strings.CutSuffix(unescape(m.file.name), deletedSuffix)
	return p.openLink(want, mapFile, o)
}

// openLink finds a file that no path leads to through the links of /proc/PID.
func (p *process) openLink(want statID, mapFile string, o *Object) (f pathFile, err error) {
	links := []string{p.proc + "/exe", mapFile}
	if fd, ok := p.descriptor(want); ok {
		links = append([]string{fmt.Sprintf("%s/fd/%d", p.proc, fd)}, links...)
	}
	for _, o.Path = range links {
		if f, err = openPath(o.Path, 0); err != nil {
			continue
		}
		if f.id.statID == want {
			return f, nil
		}
		unix.Close(f.fd)
		err = errors.New("another file has taken its place")
	}
	return pathFile{}, err
}

// descriptor returns the lowest descriptor by which the process has the file open.
func (p *process) descriptor(want statID) (fd int, ok bool) {
	if p.descriptors == nil {
		p.descriptors = p.readDescriptors()
	}
	fd, ok = p.descriptors[want]
	return fd, ok
}

// isPathDescriptor tells those of this process that openPath makes, which last no longer than it takes to look.
func isPathDescriptor(fd int) bool {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_PATH != 0
}

func (p *process) readDescriptors() map[statID]int {
	files := make(map[statID]int)
	dir := p.proc + "/fd"
	f, err := os.Open(dir)
	if err != nil {
		return files
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1)
	for _, name := range names {
		fd, err := strconv.Atoi(name)
		if err != nil || p.pid == os.Getpid() && isPathDescriptor(fd) {
			continue
		}
		var st unix.Stat_t
		if err := unix.Stat(dir+"/"+name, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
			continue
		}
		id := statID{uint64(st.Dev), st.Ino}
		if lowest, known := files[id]; !known || fd < lowest {
			files[id] = fd
		}
	}
	return files
}
