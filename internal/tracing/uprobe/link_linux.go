package uprobe

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/cilium/ebpf"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/perfevent"
)

// A siteLink makes a program run at sites until it is closed.
type siteLink struct {
	io.Closer
	first Site // all are in its file and, unless that is every process, in its process
	sites int
}

// link makes prog run at sites of one file in one process, or in all. There can be several with
// uprobe_multi links only.
func (s *session) link(prog *ebpf.Program, sites []probeSite) (io.Closer, error) {
	for _, site := range sites {
		if err := site.Note.SemaphoreErr(); err != nil {
			return nil, err
		}
	}
	file, err := s.open(sites[0].Site)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	path := fmt.Sprintf("/proc/self/fd/%d", file.Fd())
	if s.features.Multi {
		return linkMulti(prog, path, sites, s.features.Form, s.linkPID(sites[0].Site))
	}
	return s.linkOne(prog, path, sites[0])
}

// A siteFile identifies the file of a site.
type siteFile struct {
	path       string
	dev, inode uint64
}

func (s Site) file() siteFile { return siteFile{s.Path, s.Dev, s.Inode} }

// open opens the file of a site as the options say. A file that could not be opened is not tried
// again.
func (s *session) open(site Site) (*os.File, error) {
	if err := s.unopened[site.file()]; err != nil {
		return nil, err
	}
	open := s.options.Open
	if open == nil {
		open = Site.open
	}
	file, err := open(site)
	if err != nil {
		s.unopened[site.file()] = err
	}
	return file, err
}

// open opens the site's file with O_PATH, which is enough to name it, and checks that it is the
// expected file.
func (s Site) open() (*os.File, error) {
	fd, err := unix.Open(s.Path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("open", err)
	}
	file := os.NewFile(uintptr(fd), s.Path)
	if s.Inode == 0 {
		return file, nil
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		_ = file.Close()
		return nil, os.NewSyscallError("fstat", err)
	}
	if st.Dev != s.Dev || st.Ino != s.Inode {
		_ = file.Close()
		return nil, errors.New("another file is there by now")
	}
	return file, nil
}

// linkOne does the same for one site, by a perf event.
func (s *session) linkOne(prog *ebpf.Program, path string, site probeSite) (io.Closer, error) {
	pid := s.pidOf(site.Site)
	place := perfevent.Place{
		Path: path, Offset: site.offset(s.features.Form), Semaphore: site.Note.SemaphoreOffset,
	}
	if place.Semaphore != 0 && !s.features.Semaphores {
		if err := s.countInSemaphores(pid, site.SemaphoreAddresses); err != nil {
			return nil, err
		}
		place.Semaphore = 0
	}
	return linkEvent(prog, place, pid)
}

// linkEvent makes prog run at the place. An event for all processes belongs to one processor, but
// its program runs on every processor.
func linkEvent(prog *ebpf.Program, place perfevent.Place, pid int) (io.Closer, error) {
	cpu := perfevent.AnyCPU
	if pid == 0 {
		cpus, err := perfevent.OnlineCPUs()
		if err != nil {
			return nil, err
		}
		pid, cpu = perfevent.AllProcesses, cpus[0]
	}
	event, err := perfevent.Open(place, pid, cpu)
	if err != nil {
		return nil, err
	}
	err = unix.IoctlSetInt(int(event.Fd()), unix.PERF_EVENT_IOC_SET_BPF, prog.FD())
	if err != nil {
		return nil, errors.Join(fmt.Errorf("set program of perf event: %w", err), event.Close())
	}
	return event, nil
}
