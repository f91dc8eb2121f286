package uprobe

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/rlimit"
	"golang.org/x/sys/unix"
)

// A session is what one kind of tracing has open in the kernel. It is not safe for concurrent use.
type session struct {
	options  Options
	features Features
	maps     []*ebpf.Map
	programs []*ebpf.Program
	links    closers
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
		return nil, fmt.Errorf("make BPF map: %w", rightsError(err))
	}
	s.maps = append(s.maps, m)
	return m, nil
}

// attach makes body the program of every site of p.
func (s *session) attach(p Probe, body func(*program) error) error {
	for _, site := range p.Sites {
		prog := newProgram(p, site, s.features)
		if err := body(prog); err != nil {
			return err
		}
		if err := s.attachSite(p, site, prog); err != nil {
			return err
		}
	}
	return nil
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
		return fmt.Errorf("attach to %s at %s+%#x: %w", p, site.Path, site.Note.FileOffset, rightsError(err))
	}
	s.links = append(s.links, link)
	return nil
}

// link makes prog run at the site.
func (s *session) link(prog *ebpf.Program, site Site) (io.Closer, error) {
	if s.features.Multi {
		return linkMulti(prog, site.Path, site.Note.FileOffset, site.Note.SemaphoreOffset, uint32(s.options.PID))
	}
	if site.Note.SemaphoreOffset != 0 && !s.features.Semaphores {
		return s.linkWithSemaphore(prog, site)
	}
	return s.linkEvent(prog, site, site.Note.SemaphoreOffset)
}

// linkEvent makes prog run for a perf event. An event of all processes belongs to a processor, but its
// program runs on every one.
func (s *session) linkEvent(prog *ebpf.Program, site Site, semaphore uint64) (io.Closer, error) {
	pid, cpu := s.options.PID, anyCPU
	if pid == 0 {
		pid, cpu = allProcesses, 0
	}
	event, err := openEvent(site.Path, site.Note.FileOffset, semaphore, pid, cpu)
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
	errs := make([]error, len(c))
	var wg sync.WaitGroup
	for i := range c {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs[i] = c[i].Close()
		}()
	}
	wg.Wait()
	return errors.Join(errs...)
}

// Detach ends the tracing and keeps what came of it. It is safe to call twice.
func (s *session) Detach() error {
	err := s.links.Close()
	s.links = nil
	return err
}

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

// rightsError makes the kernel's refusal match ErrRights and say what to do.
func rightsError(err error) error {
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return fmt.Errorf("%w (%w): run as root; usdt doctor tells what is missing", ErrRights, err)
}
