package uprobe

import (
	"errors"
	"fmt"
	"slices"
)

// A Later is further sites of a probe, which appear while it is traced.
type Later struct {
	Probe     // with the further sites only
	Index int // of the probe among those that are traced; the next one if it is a new probe
}

// MaxLater is how many probes can be added to those that are counted.
const MaxLater = 1 << 10

// attachLater attaches to further sites. When the session has begun to detach, it does nothing.
// Sites that are skipped are no error. After an error, none of the sites is attached to: who tries
// again must not count hits twice.
func (s *session) attachLater(body func(*program) error, probes []Later) error {
	s.detach.Lock()
	defer s.detach.Unlock()
	if s.isOver {
		return nil
	}
	s.skipped = nil
	clear(s.unopened) // a path in /proc can lead to another file by now
	before := len(s.links)
	err := s.attachIndexed(body, probes)
	if err == nil || errors.Is(err, s.skipped) {
		return nil
	}
	added := s.links[before:]
	s.links = s.links[:before:before]
	return errors.Join(err, s.closeLinks(added))
}

// Release detaches from sites that are gone, with the files that only ended processes had: else
// the kernel would keep both as long as the session lives. It chooses the sites at once. wait waits
// for the kernel, as Detach does; until then a site that is attached to again has each hit twice.
// It is safe for concurrent use.
func (s *session) Release(isGone func(Site) bool) (wait func()) {
	s.detach.Lock()
	defer s.detach.Unlock()
	var gone, left []siteLink
	for _, l := range s.links {
		if isGone(l.first) {
			gone = append(gone, l)
		} else {
			left = append(left, l)
		}
	}
	s.links = left
	if len(gone) == 0 {
		return func() {}
	}
	done := make(chan struct{})
	s.releases.Go(func() {
		defer close(done)
		_ = s.closeLinks(gone)
	})
	return func() { <-done }
}

// Fit returns an error if events of further probes, with their captures, have no room in the buffer
// of each processor. It is safe for concurrent use with all other methods except Close.
func (t *Tracer) Fit(probes []Probe, captures [][]Capture) error {
	_, err := t.newLayouts(probes, captures)
	return err
}

// Attach attaches to further sites. A new probe has the captures that are given for it; it must
// Fit. It is safe for concurrent use with all other methods except Close.
func (t *Tracer) Attach(later []Later, captures [][]Capture) error {
	layouts := slices.Clip(*t.layouts.Load())
	for i, l := range later {
		if l.Index < len(layouts) {
			continue
		}
		added, err := t.newLayouts([]Probe{l.Probe}, captures[i:i+1])
		if err != nil {
			return fmt.Errorf("attach to %s: %w", l.Probe, err)
		}
		added[0].probe = l.Index
		layouts = append(layouts, added...)
	}
	t.layouts.Store(&layouts)
	return t.attachLater(t.body, later)
}

// Attach attaches to further sites, of at most MaxLater new probes: those beyond are an error. It
// is safe for concurrent use with all other methods except Close.
func (c *Counter) Attach(later []Later) error {
	probes := c.probes.Load()
	within := slices.DeleteFunc(slices.Clone(later), func(l Later) bool {
		return int64(l.Index) >= c.room
	})
	for _, l := range within {
		probes = max(probes, int64(l.Index)+1)
	}
	if err := c.attachLater(c.body, within); err != nil {
		return err
	}
	c.probes.Store(probes)
	if len(within) < len(later) {
		return fmt.Errorf("no room for more than %d further probes", MaxLater)
	}
	return nil
}

// Attach attaches to further sites, of new probes, too. It is safe for concurrent use with all
// other methods except Close.
func (c *GroupCounter) Attach(later []Later) error { return c.attachLater(c.body, later) }

// Attach attaches to further sites, of new probes, too. It is safe for concurrent use with all
// other methods except Close.
func (d *Distribution) Attach(later []Later) error { return d.attachLater(d.body, later) }

// Attach attaches to further sites of the two probes, or of the parts that they are in. It is safe
// for concurrent use with all other methods except Close.
func (l *Latency) Attach(starts, ends []Later) error {
	if err := l.attachLater(l.end, ends); err != nil { // first, as in the beginning
		return err
	}
	return l.attachLater(l.start, starts)
}
