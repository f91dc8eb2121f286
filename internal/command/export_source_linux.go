package command

import (
	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A metricSource counts in the kernel what becomes a metric. Its methods are for one goroutine at a
// time, except for those of a tracing and release.
type metricSource interface {
	longTracing
	// take returns what came since the last call, by the labels.
	take(exportLabels, []uprobe.Probe) ([]collect.Hits, error)
	// forget makes room in the kernel for the groups of other processes than those that were over
	// before take was called last.
	forget(l exportLabels, over map[int]bool) error
	// processes returns those that groups are of, as far as the kernel keeps these.
	processes() map[int]bool
	// missed returns how many hits have not been counted.
	missed() (uint64, error)
}

// A probesSource is a metricSource of probes that are not a pair.
type probesSource interface {
	metricSource
	Attach([]uprobe.Later) error
}

// A countSource counts hits, and adds up an argument.
type countSource struct{ *uprobe.GroupCounter }

func (s countSource) take(l exportLabels, probes []uprobe.Probe) ([]collect.Hits, error) {
	groups, err := s.Take()
	var all []collect.Hits
	for _, g := range groups {
		h := collect.Hits{Count: g.Hits, Last: g.Last, When: g.When}
		if len(g.Stats) > 0 {
			h.Stats = g.Stats[0]
		}
		if g.Probe != uprobe.Others {
			h.Labels, h.Resource = l.values(g.Key, probes[g.Probe].String())
		}
		all = append(all, h)
	}
	return all, err
}

func (s countSource) forget(exportLabels, map[int]bool) error { return nil } // take has

func (s countSource) processes() map[int]bool { return nil }

func (s countSource) missed() (uint64, error) {
	unreadable, err := s.Unreadable()
	return s.Missed() + unreadable, err
}

// A valueSource counts the values of an argument.
type valueSource struct {
	*uprobe.Distribution
	growth
}

func (s *valueSource) take(l exportLabels, _ []uprobe.Probe) ([]collect.Hits, error) {
	groups, err := s.Read()
	if err != nil {
		return nil, err // groups may be missing
	}
	return s.growth.take(l, groups), nil
}

func (s *valueSource) forget(l exportLabels, over map[int]bool) error {
	s.growth.forget(over)
	return s.Forget(func(key []uprobe.KeyValue) bool { return over[processOf(l.by, key)] })
}

func (s *valueSource) missed() (uint64, error) {
	unreadable, err := s.Unreadable()
	return s.Lost() + s.unplaced + unreadable, err
}

// A pairSource counts the times of pairs.
type pairSource struct {
	*uprobe.Latency
	growth
	lost uint64
}

func (s *pairSource) take(l exportLabels, _ []uprobe.Probe) ([]collect.Hits, error) {
	r, err := s.Read()
	if err != nil {
		return nil, err
	}
	s.lost = r.Lost + r.Unreadable
	if r.Groups == nil {
		r.Groups = []uprobe.Group{{Histogram: r.Histogram, Unplaced: r.Unplaced}}
	}
	return s.growth.take(l, r.Groups), nil
}

func (s *pairSource) forget(l exportLabels, over map[int]bool) error {
	var ofStart []uprobe.By
	for _, by := range l.by {
		if !by.OfEnd {
			ofStart = append(ofStart, by)
		}
	}
	s.growth.forget(over)
	return s.Forget(func(key []uprobe.KeyValue) bool { return over[processOf(ofStart, key)] })
}

func (s *pairSource) missed() (uint64, error) { return s.lost + s.unplaced, nil }
