package uprobe

import (
	"errors"
	"io"
	"sync"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/rlimit"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// A session holds what one tracing has open in the kernel. It is not safe for concurrent use,
// except for Detach.
type session struct {
	options  Options
	features kernel.Features
	maps     []*ebpf.Map
	programs []*ebpf.Program
	links    closers

	semaphores semaphores // those that this process counts in itself
	skipped    error      // why the last skipped site was skipped
}

func newSession(o Options) *session {
	// If this fails and the limit is too low, the first map cannot be made and its error says so.
	_ = rlimit.RemoveMemlock()
	return &session{options: o, features: o.features()}
}

// missed returns how many runs of the programs the kernel left out because another BPF program was
// running on the same processor. Kernels before 5.12 do not count them.
func (s *session) missed() uint64 {
	var sum uint64
	for _, p := range s.programs {
		if stats, err := p.Stats(); err == nil {
			sum += stats.RecursionMisses
		}
	}
	return sum
}

// Detach ends the tracing and keeps what was collected. It is safe to call twice, one after the
// other, and while another goroutine reads what was collected.
func (s *session) Detach() error {
	err := errors.Join(s.links.Close(), s.semaphores.restore())
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

// closers are closed at the same time: at each, the kernel waits for some 30 milliseconds, until no
// processor can be in its program any more.
type closers []io.Closer

func (c closers) Close() error {
	const atOnce = 64 // each takes a thread
	errs := make([]error, len(c))
	var wg sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for i := range c {
		slots <- struct{}{}
		wg.Go(func() {
			errs[i] = c[i].Close()
			<-slots
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
