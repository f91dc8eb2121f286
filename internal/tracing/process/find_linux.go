package process

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// find opens the mapped file and fills in Name, Deleted and Path of o.
//
// The numbers in /proc/PID/maps are not always those of stat(2): overlayfs and btrfs show others
// there. The links in map_files lead to the file itself, but it takes rights to follow them.
// Without these rights a path is taken for the file if its inode number is right.
func (p *process) find(w *watch, m fileMappings, o *Object) (pathFile, error) {
	mapFile := fmt.Sprintf("%s/map_files/%x-%x", p.proc, m.executable[0].Start, m.executable[0].End)
	mapped, err := openPath(w, mapFile, 0)
	if errors.Is(err, ErrNotRegular) || errors.Is(err, errNoAnswer) {
		return pathFile{}, err
	}
	want := FileID{Dev: m.file.dev, Inode: m.file.inode}
	isExact := err == nil
	if isExact {
		want = mapped.id
		defer mapped.close()
	}

	for _, name := range m.file.names() {
		o.Name = name
		for _, path := range []string{name, p.proc + "/root" + name} {
			f, err := openPath(w, path, unix.O_NOFOLLOW)
			if err != nil {
				continue
			}
			if f.id.isSame(want) || !isExact && f.id.Inode == want.Inode {
				o.Path = path
				return f, nil
			}
			f.close()
		}
	}
	o.Name, o.Deleted = strings.CutSuffix(unescape(m.file.name), deletedSuffix)
	return p.findLink(w, want, m.file, mapFile, o)
}

// findLink opens a file to which no name leads, by the links in /proc/PID.
func (p *process) findLink(
	w *watch, want FileID, file mappedFile, mapFile string, o *Object,
) (f pathFile, err error) {
	links := []string{p.proc + "/exe", mapFile}
	if fd, ok := p.descriptor(w, file, want); ok {
		links = append([]string{fmt.Sprintf("%s/fd/%d", p.proc, fd)}, links...)
	}
	for _, o.Path = range links {
		if f, err = openPath(w, o.Path, 0); err != nil {
			continue
		}
		if f.id.isSame(want) {
			return f, nil
		}
		f.close()
		err = errors.New("another file has taken its place")
	}
	return pathFile{}, err
}
