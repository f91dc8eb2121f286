package command

import (
	"fmt"
	"strings"

	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A metricSource counts in the kernel what becomes a metric. Its methods are for one goroutine at a
// time, except for those of a tracing and release.
type metricSource interface {
	tracing
	Release(isGone func(uprobe.Site) bool)
	// take returns what came since the last call, by the labels.
	take(exportLabels, []uprobe.Probe) ([]collect.Hits, error)
	// missed returns how many hits have not been counted.
	missed() (uint64, error)
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

func (s *pairSource) missed() (uint64, error) { return s.lost + s.unplaced, nil }

// A growth is what groups have had by the last time, to know what has come since.
type growth struct {
	before   map[string]*histogram.Histogram // by the id of a key
	unplaced uint64
}

// take returns what the groups have in addition.
func (g *growth) take(l exportLabels, groups []uprobe.Group) (all []collect.Hits) {
	before := g.before
	g.before, g.unplaced = make(map[string]*histogram.Histogram, len(groups)), 0
	for _, group := range groups {
		g.unplaced += group.Unplaced
		id := keyID(group.Key)
		g.before[id] = group.Histogram
		grown := group.Histogram.Since(before[id])
		if grown.Total() == 0 {
			continue
		}
		h := collect.Hits{Count: grown.Total(), Values: grown}
		if len(group.Key) == len(l.by) {
			h.Labels, h.Resource = l.values(group.Key, "")
		}
		all = append(all, h)
	}
	return all
}

// keyID tells keys apart.
func keyID(key []uprobe.KeyValue) string {
	var b strings.Builder
	for _, v := range key {
		fmt.Fprintf(&b, "%s %q %t,", v.Int, v.Text, v.IsCut)
	}
	return b.String()
}
