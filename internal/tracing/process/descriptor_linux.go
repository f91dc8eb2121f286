package process

import (
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// descriptor returns the lowest descriptor by which the process has the file open. It asks for
// nothing about files of other names, whose file systems might not answer.
func (p *process) descriptor(w *watch, file mappedFile, want FileID) (fd int, ok bool) {
	if p.descriptors == nil {
		p.descriptors = p.readDescriptors()
	}
	// In the links of /proc/PID/fd, the name is as it is in /proc/PID/maps, but not escaped.
	names := []string{file.name, unescape(file.name)}
	for _, name := range slices.Compact(names) {
		for _, fd := range p.descriptors[name] {
			f, err := openPath(w, p.descriptorPath(fd), 0)
			if err != nil {
				continue
			}
			f.close()
			if f.id.isSame(want) {
				return fd, true
			}
		}
	}
	return 0, false
}

func (p *process) descriptorPath(fd int) string { return p.proc + "/fd/" + strconv.Itoa(fd) }

// readDescriptors returns the open descriptors, in order, by what their links say. To read a link
// asks no file system.
func (p *process) readDescriptors() map[string][]int {
	descriptors := make(map[string][]int)
	fds, _ := idsIn(p.proc + "/fd")
	for _, fd := range fds {
		p.work.spend(readCost)
		if p.work.exhausted() {
			break
		}
		if p.pid == os.Getpid() && isPathDescriptor(fd) {
			continue
		}
		if name, err := os.Readlink(p.descriptorPath(fd)); err == nil {
			descriptors[name] = append(descriptors[name], fd)
		}
	}
	return descriptors
}

// isPathDescriptor reports whether a descriptor of this process is one that openPath made: it will
// be closed soon, so it is not a way to the file.
func isPathDescriptor(fd int) bool {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_PATH != 0
}
