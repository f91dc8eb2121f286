package process

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// descriptor returns the lowest descriptor by which the process has the file open.
func (p *process) descriptor(want statID) (fd int, ok bool) {
	if p.descriptors == nil {
		p.descriptors = p.readDescriptors()
	}
	fd, ok = p.descriptors[want]
	return fd, ok
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
		err = unix.Stat(dir+"/"+name, &st)
		if err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
			continue
		}
		id := statID{uint64(st.Dev), st.Ino}
		if lowest, known := files[id]; !known || fd < lowest {
			files[id] = fd
		}
	}
	return files
}

// isPathDescriptor reports whether a descriptor of this process is one that openPath made: it will
// be closed soon, so it is not a way to the file.
func isPathDescriptor(fd int) bool {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_PATH != 0
}
