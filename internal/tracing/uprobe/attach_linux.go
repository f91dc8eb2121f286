package uprobe

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/perfevent"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// attachEach attaches to every site of the probes. body writes the program of a site and gets the
// index of its probe.
func (s *session) attachEach(probes []Probe, body func(prog *program, probe int) error) error {
	for i, p := range probes {
		_, err := s.attach(p, func(prog *program) error { return body(prog, i) })
		if err != nil {
			return err
		}
	}
	if len(s.links) == 0 {
		return s.skipped
	}
	return nil
}

// attach attaches to every site of p and returns how many sites that were. body writes the program
// of a site.
func (s *session) attach(p Probe, body func(*program) error) (sites int, err error) {
	before := len(s.links)
	for _, site := range p.Sites {
		prog := newProgram(p, site, s.features)
		if err := body(prog); err != nil {
			return 0, err
		}
		if err := s.attachSite(p, site, prog); err != nil {
			return 0, err
		}
	}
	return len(s.links) - before, nil
}

func (s *session) attachSite(p Probe, site Site, prog *program) error {
	kind := ebpf.AttachNone
	if s.features.Multi {
		kind = ebpf.AttachTraceUprobeMulti
	}
	loaded, err := prog.load(kind)
	if err != nil {
		return err
	}
	s.programs = append(s.programs, loaded)

	link, err := s.link(loaded, site)
	if err != nil {
		err = fmt.Errorf("attach to %s at %s+%#x: %w",
			p, site.Path, site.Note.FileOffset, explain(err))
		return s.skip(site, err)
	}
	s.links = append(s.links, link)
	return nil
}

// skip lets tracing continue without a site, unless the error concerns all sites.
func (s *session) skip(site Site, err error) error {
	if s.options.Skipped == nil || errors.Is(err, ErrRights) || errors.Is(err, unix.EMFILE) {
		return err
	}
	s.options.Skipped(site, err)
	s.skipped = err
	return nil
}

// link makes prog run at the site.
func (s *session) link(prog *ebpf.Program, site Site) (io.Closer, error) {
	if err := site.Note.SemaphoreErr(); err != nil {
		return nil, err
	}
	file, err := site.open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	place := perfevent.Place{
		Path:      fmt.Sprintf("/proc/self/fd/%d", file.Fd()),
		Offset:    site.Note.FileOffset,
		Semaphore: site.Note.SemaphoreOffset,
	}
	if s.features.Multi {
		return linkMulti(prog, place, s.options.PID)
	}
	if place.Semaphore != 0 && !s.features.Semaphores {
		if err := s.countInSemaphores(site.SemaphoreAddresses); err != nil {
			return nil, err
		}
		place.Semaphore = 0
	}
	return linkEvent(prog, place, s.options.PID)
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
		file.Close()
		return nil, os.NewSyscallError("fstat", err)
	}
	if st.Dev != s.Dev || st.Ino != s.Inode {
		file.Close()
		return nil, errors.New("another file is there by now")
	}
	return file, nil
}

// linkMulti makes prog run at the place in the process pid or, when pid is 0, in every process.
func linkMulti(prog *ebpf.Program, place perfevent.Place, pid int) (io.Closer, error) {
	file, err := link.OpenExecutable(place.Path)
	if err != nil {
		return nil, err
	}
	o := &link.UprobeMultiOptions{Addresses: []uint64{place.Offset}, PID: uint32(pid)}
	if place.Semaphore != 0 {
		o.RefCtrOffsets = []uint64{place.Semaphore}
	}
	multi, err := file.UprobeMulti(nil, prog, o)
	switch {
	case errors.Is(err, fs.ErrNotExist): // which the library makes of ESRCH
		return nil, os.NewSyscallError("bpf", unix.ESRCH)
	case errors.Is(err, unix.EINVAL): // to which the library adds guesses that do not apply
		return nil, os.NewSyscallError("bpf", unix.EINVAL)
	case err != nil:
		return nil, err
	}
	return multi, nil
}

// linkEvent does the same by a perf event. An event for all processes belongs to one processor, but
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

// explain says what to do about the errors that a user can do something about.
func explain(err error) error {
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno) && errors.Is(errno, fs.ErrPermission):
		return fmt.Errorf("%w (%w): %s",
			ErrRights, errno, rights.ToAttach(kernel.Running().Expected().Multi))
	case errors.Is(err, unix.EMFILE):
		return fmt.Errorf("%w: choose fewer probes, or raise the limit by ulimit -n", err)
	}
	return err
}
