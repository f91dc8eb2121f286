package uprobe

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/rlimit"

	"github.com/go-usdt/usdt/internal/tracing/kernel"
)

// A session holds what one tracing has open in the kernel. It is not safe for concurrent use,
// except for attachLater, Release, Detach and Detached.
type session struct {
	options  Options
	features kernel.Features
	maps     []*ebpf.Map
	programs map[string]*ebpf.Program // by their code
	nowhere  *ebpf.Map                // see newNowhere
	links    []siteLink
	sites    atomic.Int64 // that were attached to
	detached atomic.Int64 // how many of these are not any more
	detach   sync.Mutex   // held while detaching, and while attaching later
	isOver   bool         // it has begun to detach
	releases sync.WaitGroup
	loading  sync.Mutex // held while programs and maps change or are read

	dispatched dispatched
	semaphores semaphores // those that this process counts in itself
	skipped    error      // why the last skipped site was skipped
	unopened   map[siteFile]error
}

func newSession(o Options) *session {
	// If this fails and the limit is too low, the first map cannot be made and its error says so.
	_ = rlimit.RemoveMemlock()
	return &session{
		options: o, features: o.features(), unopened: make(map[siteFile]error),
		programs: make(map[string]*ebpf.Program),
	}
}

// missed returns how many runs of the programs the kernel left out because another BPF program was
// running on the same processor. Kernels before 5.12 do not count them.
func (s *session) missed() uint64 {
	s.loading.Lock()
	defer s.loading.Unlock()
	var sum uint64
	for _, p := range s.programs {
		if stats, err := p.Stats(); err == nil {
			sum += stats.RecursionMisses
		}
	}
	return sum
}

// Detach ends the tracing and keeps what was collected. It waits until the kernel has detached: for
// some 50 milliseconds with uprobe_multi links, and as long for each site without them. It is safe
// for concurrent use and to call twice.
func (s *session) Detach() error {
	s.detach.Lock()
	defer s.detach.Unlock()
	s.isOver = true
	err := errors.Join(s.closeLinks(s.links), s.semaphores.restore())
	s.releases.Wait()
	s.links = nil
	return err
}

// Detached returns how many sites are detached of all that were attached to. It is safe for
// concurrent use with Detach.
func (s *session) Detached() (sites, of int) {
	return int(s.detached.Load()), int(s.sites.Load())
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

// closing has room for the links that are closed at once, of all sessions: each takes a thread.
var closing = make(chan struct{}, 64)

// closeLinks closes the links at the same time: at each, the kernel waits for some 30 milliseconds,
// until no processor can be in its program any more.
func (s *session) closeLinks(links []siteLink) error {
	errs := make([]error, len(links))
	var wg sync.WaitGroup
	for i, link := range links {
		closing <- struct{}{}
		wg.Go(func() {
			errs[i] = link.Close()
			s.detached.Add(int64(link.sites))
			<-closing
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
