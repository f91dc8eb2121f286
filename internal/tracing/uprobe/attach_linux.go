package uprobe

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/rlimit"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/perfevent"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// A session is what one kind of tracing has open in the kernel. It is not safe for concurrent use, but for
// Detach.
type session struct {
	options  Options
	features kernel.Features
	maps     []*ebpf.Map
	programs []*ebpf.Program
	links    closers

	semaphores semaphores // that this process counts in itself
	skipped    error      // why the last site was skipped
}

func newSession(o Options) *session {
	// Where this fails and matters, the first map cannot be made, which says so.
	_ = rlimit.RemoveMemlock()
	return &session{options: o, features: o.features()}
}

// newMap makes a map that lives as long as the session.
func (s *session) newMap(spec *ebpf.MapSpec) (*ebpf.Map, error) {
	m, err := ebpf.NewMap(spec)
	if err != nil {
		return nil, fmt.Errorf("make BPF map: %w", explain(err))
	}
	s.maps = append(s.maps, m)
	return m, nil
}

// attachEach makes body the program of every site of the probes, of which it is told the number.
func (s *session) attachEach(probes []Probe, body func(prog *program, probe int) error) error {
	for i, p := range probes {
		if _, err := s.attach(p, func(prog *program) error { return body(prog, i) }); err != nil {
			return err
		}
	}
	if len(s.links) == 0 {
		return s.skipped
	}
	return nil
}

// attach makes body the program of every site of p, and returns of how many.
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
	if err := site.Note.SemaphoreErr(); err != nil {
		return fmt.Errorf("attach to %s at %s+%#x: %w", p, site.Path, site.Note.FileOffset, err)
	}
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
		err = fmt.Errorf("attach to %s at %s+%#x: %w", p, site.Path, site.Note.FileOffset, explain(err))
		return s.skip(site, err)
	}
	s.links = append(s.links, link)
	return nil
}

// skip lets tracing go on without a site, unless what is wrong is wrong with all of them.
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
	file, err := site.open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	path, semaphore := fmt.Sprintf("/proc/self/fd/%d", file.Fd()), site.Note.SemaphoreOffset
	if s.features.Multi {
		return linkMulti(prog, path, site.Note.FileOffset, semaphore, uint32(s.options.PID))
	}
	if semaphore != 0 && !s.features.Semaphores {
		if err := s.countInSemaphores(site.SemaphoreAddresses); err != nil {
			return nil, err
		}
		semaphore = 0
	}
	return s.linkEvent(prog, path, site.Note.FileOffset, semaphore)
}

// open opens the site's file, if it is that, for no more than to name it.
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

// linkEvent makes prog run for a perf event. An event of all processes belongs to a processor, but its
// program runs on every one.
func (s *session) linkEvent(prog *ebpf.Program, path string, offset, semaphore uint64) (io.Closer, error) {
	pid, cpu := s.options.PID, perfevent.AnyCPU
	if pid == 0 {
		cpus, err := perfevent.OnlineCPUs()
		if err != nil {
			return nil, err
		}
		pid, cpu = perfevent.AllProcesses, cpus[0]
	}
	event, err := perfevent.Open(perfevent.Place{Path: path, Offset: offset, Semaphore: semaphore}, pid, cpu)
	if err != nil {
		return nil, err
	}
	if err := unix.IoctlSetInt(int(event.Fd()), unix.PERF_EVENT_IOC_SET_BPF, prog.FD()); err != nil {
		return nil, errors.Join(fmt.Errorf("set program of perf event: %w", err), event.Close())
	}
	return event, nil
}

// missed returns how often programs were not run because another one was running on that processor. Kernels
// before 5.12 do not say.
func (s *session) missed() uint64 {
	var sum uint64
	for _, p := range s.programs {
		if stats, err := p.Stats(); err == nil {
			sum += stats.RecursionMisses
		}
	}
	return sum
}

// closers are closed together: the kernel makes each wait until no processor can be in its program, some 30
// milliseconds, so they wait at the same time.
type closers []io.Closer

func (c closers) Close() error {
	const atOnce = 64 // each takes a thread
	errs := make([]error, len(c))
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range c {
		wg.Add(1)
		slots <- struct{}{}
		go func() {
			defer wg.Done()
			errs[i] = c[i].Close()
			<-slots
		}()
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Detach ends the tracing and keeps what came of it. It is safe to call twice, one after the other, and while
// another goroutine reads what came.
func (s *session) Detach() error {
	if s.options.Waiting != nil {
		defer time.AfterFunc(detachPatience, s.options.Waiting).Stop()
	}
	err := errors.Join(s.links.Close(), s.semaphores.restore())
	s.links = nil
	return err
}

// detachPatience is how long detaching from a process may take that has no reason to wait.
const detachPatience = 3 * time.Second

// Close detaches and frees everything. It is safe to call twice.
func (s *session) Close() error {
	errs := []error{s.Detach()}
	for _, p := range s.programs {
		errs = append(errs, p.Close())
	}
	for _, m := range s.maps {
		errs = append(errs, m.Close())
	}
	s.programs, s.maps = nil, nil
	return errors.Join(errs...)
}

// explain says what to do about the errors that a user can do something about.
func explain(err error) error {
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno) && errors.Is(errno, fs.ErrPermission):
		return fmt.Errorf("%w (%w): %s", ErrRights, errno, rights.ToAttach(kernel.Running().Expected().Multi))
	case errors.Is(err, unix.EMFILE):
		return fmt.Errorf("%w: choose fewer probes, or raise the limit by ulimit -n", err)
	}
	return err
}
