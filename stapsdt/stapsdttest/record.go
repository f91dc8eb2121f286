package stapsdttest

import (
	"reflect"
	"slices"
	"sync"

	"github.com/go-usdt/usdt/stapsdt"
)

// TB is what is needed of a [testing.TB]. A test that has a Deadline should have that method, too.
type TB interface {
	Helper()
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Source is what is recorded: a [*stapsdt.Provider], which stands for all its probes, also those
// that are declared later; a [*stapsdt.Probe]; or a typed probe, such as a [*stapsdt.Probe2].
type Source interface {
	Name() string
	Path() string
}

// Probe is a [*stapsdt.Probe] or a typed probe.
type Probe interface {
	Source
	Provider() *stapsdt.Provider
	GoTypes() []reflect.Type
}

// Recorder records what probes fire. See [Record].
//
// All methods are safe for concurrent use, but while one waits, so do the others. Those that can
// end the test must be called in its goroutine: see [testing.T.FailNow].
type Recorder struct {
	t         TB
	listener  *stapsdt.Listener
	providers []*stapsdt.Provider
	probes    []*stapsdt.Probe

	mu     sync.Mutex
	keep   func(Event) bool // nil keeps all
	events []stapsdt.Event
	lost   uint64 // that the test was told of
}

// buffer is the size of the memory for events that nobody has looked at, in bytes.
const buffer = 4 << 20

// Record records from now to the end of the test what the sources fire. Meanwhile their probes are
// enabled. The probes need not be loaded.
//
// There is room for 25 000 events with two integers, at least, between two looks at the Recorder.
// If more are fired, the test fails. Of a string or []byte, [stapsdt.MaxText] bytes are recorded at
// most.
func Record(t TB, source Source, more ...Source) *Recorder {
	t.Helper()
	r := &Recorder{t: t}
	var patterns []string
	for _, s := range append([]Source{source}, more...) {
		patterns = append(patterns, r.add(s))
	}
	config := stapsdt.ListenConfig{Buffer: buffer, Text: stapsdt.MaxText}
	listener, err := config.Listen(patterns...)
	if err != nil {
		t.Fatalf("stapsdttest: %v", err)
	}
	r.listener = listener
	t.Cleanup(func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.take()
		listener.Close()
	})
	return r
}

// add adds a source and returns its pattern.
func (r *Recorder) add(s Source) string {
	r.t.Helper()
	if v := reflect.ValueOf(s); !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		r.t.Fatalf("stapsdttest: a %T that is nil cannot be recorded: declare it first", s)
	}
	switch s := s.(type) {
	case *stapsdt.Provider:
		r.checkOpen(s)
		r.providers = append(r.providers, s)
		return s.Name() + ":*"
	case Probe:
		r.checkOpen(s.Provider())
		isIt := func(p *stapsdt.Probe) bool { return p.Name() == s.Name() }
		all := s.Provider().Probes()
		r.probes = append(r.probes, all[slices.IndexFunc(all, isIt)])
		return title(s)
	}
	r.t.Fatalf("stapsdttest: a %T cannot be recorded: give a provider or a probe of package stapsdt",
		s)
	return ""
}

func (r *Recorder) checkOpen(p *stapsdt.Provider) {
	r.t.Helper()
	if !slices.Contains(stapsdt.Providers(), p) {
		r.t.Fatalf("stapsdttest: the provider %s is closed, its probes fire no more: record it before "+
			"it is closed, and close it where the program ends", p.Name())
	}
}

// isSource reports whether the probe is recorded. Another provider can have the same name.
func (r *Recorder) isSource(p *stapsdt.Probe) bool {
	return slices.Contains(r.providers, p.Provider()) || slices.Contains(r.probes, p)
}

// Keep makes the recorder forget all events, from the first one on, for which keep returns false.
// It returns the recorder, and replaces an earlier Keep.
func (r *Recorder) Keep(keep func(Event) bool) *Recorder {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.take()
	r.keep = keep
	r.events = slices.DeleteFunc(r.events, func(e stapsdt.Event) bool { return !keep(eventOf(&e)) })
	return r
}

// Reset makes the recorder forget what was fired so far.
func (r *Recorder) Reset() {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.take()
	r.events = nil
}

// Events returns what was fired so far, since Record or Reset. The caller owns the slice, but not
// what is in Args.
func (r *Recorder) Events() []Event {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.take()
	return eventsOf(r.events)
}

// Raw returns what Events does, with times and probes. The caller owns the slice, but not what is
// in Args.
func (r *Recorder) Raw() []stapsdt.Event {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.take()
	return slices.Clone(r.events)
}

// Want makes the test fail, and go on, if what was fired so far, since Record or Reset, is not what
// is wanted: these events, in this order, and no others. [Any] stands for any argument.
func (r *Recorder) Want(events ...Event) {
	r.t.Helper()
	got := r.Events()
	if diff := Diff(events, got); diff != "" {
		r.t.Errorf("want %s, got %d (-want +got):\n%s", count(len(events)), len(got), diff)
	}
}

// take takes what the listener has.
func (r *Recorder) take() {
	r.t.Helper()
	for _, e := range r.listener.Take() {
		r.accept(e)
	}
	r.checkLost()
}

func (r *Recorder) accept(e stapsdt.Event) {
	if r.isSource(e.Probe) && (r.keep == nil || r.keep(eventOf(&e))) {
		r.events = append(r.events, e)
	}
}

// checkLost tells the test once of each event that was lost.
func (r *Recorder) checkLost() {
	r.t.Helper()
	lost := r.listener.Lost()
	if n := lost - r.lost; n > 0 {
		r.t.Errorf("stapsdttest: %d events were fired and not recorded, because there are too many for "+
			"the buffer of %d MiB: look at the events more often, such as by Reset or Events, record fewer "+
			"probes, or count with stapsdt.Count; or a goroutine fired more than a second after the "+
			"provider was closed: close it after the goroutines", n, buffer>>20)
	}
	r.lost = lost
}
