package process

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// statID is what stat(2) tells files apart by.
type statID struct{ dev, inode uint64 }

// A fileID also changes when the file is written, or another file gets its inode.
type fileID struct {
	statID
	size         int64
	mtime, ctime unix.Timespec
}

// A pathFile is a regular file. It was opened with O_PATH, which is safe whatever the file is, and
// which gives no right to read it.
type pathFile struct {
	fd int
	id fileID
}

var errNotRegular = errors.New("not a regular file")

// openPath finds the file at path. A name that a process chose may lead to anything, for instance
// to a device that does something when it is opened.
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
	id := fileID{statID{uint64(st.Dev), st.Ino}, st.Size, st.Mtim, st.Ctim}
	return pathFile{fd, id}, nil
}

// open finds the mapped file and fills in Name, Deleted and Path of o.
//
// The numbers in /proc/PID/maps are not always those of stat(2): overlayfs and btrfs show others
// there. The links in map_files lead to the file itself, but it takes rights to follow them.
// Without these rights a path is taken for the file if its inode number is right.
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

// openLink finds a file to which no name leads, by the links in /proc/PID.
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
