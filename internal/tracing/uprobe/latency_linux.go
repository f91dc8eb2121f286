package uprobe

import (
	"errors"
	"time"

	"github.com/cilium/ebpf"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// The outcomes of hits that a Latency counts, as indexes of an array.
const (
	starts         = iota // that satisfy the filter
	startsAgain           // of these, those that another start with the same key replaced
	startsLost            // for which there was no room
	ends                  // that have taken a start
	endsAlone             // without a start
	endsHidden            // of starts that the filter hid
	unreadableKeys        // hits whose key could not be read
	outcomes              // how many outcomes there are
)

// PairOptions say which hits are a pair, and which of them are counted together.
type PairOptions struct {
	Options                 // the filter is for the starts
	Key     Argument        // two hits are a pair that have the same process and key; may be Thread
	By      []By            // by which the times are grouped; none for one group
	Scale   histogram.Scale // of the times; not a linear one

	// Slower, unless 0, asks for each pair that takes so long or longer: see Latency.Next. Captures
	// are what is wanted of each of the starts and of the ends; nil for none.
	Slower                     time.Duration
	StartCaptures, EndCaptures [][]Capture
}

// A Latency measures the time between the hits of two probes. Its methods are not safe for
// concurrent use, except for Attach, Release and Detach.
type Latency struct {
	*session
	spec     PairOptions
	open     openStarts
	outcomes *ebpf.Map
	groups   pairGroups
	counts   *valueCounts
	slow     *slowPairs // nil if none are wanted
}

// Pair attaches to two probes, each of which can be in several parts: events tell them apart, if
// their sites differ in the types of arguments. The caller closes the Latency.
func Pair(starts, ends []Probe, o PairOptions) (*Latency, error) {
	l := &Latency{session: newSession(o.Options), spec: o}
	if err := l.attachAll(starts, ends); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Latency) attachAll(starts, ends []Probe) error {
	var err error
	if l.groups, err = l.newPairGroups(l.spec.By); err != nil {
		return err
	}
	if l.counts, err = l.newValueCounts(l.spec.Scale, l.groups.room()); err != nil {
		return err
	}
	record := 0
	if l.spec.Slower > 0 {
		if l.slow, err = newSlowPairs(l.session, starts, ends, l.spec); err != nil {
			return err
		}
		record = largest(l.slow.starts)
	}
	if l.open, err = l.newOpenStarts(record, l.groups.starts != nil); err != nil {
		return err
	}
	if l.outcomes, err = l.newNumbers("usdt_outcomes", outcomes); err != nil {
		return err
	}
	// The end is attached first. Otherwise a start could be seen whose end is hit before the end is
	// attached.
	if err := l.attach(l.end, ends...); err != nil {
		return err
	}
	return l.attach(l.start, starts...)
}

// Read returns what was measured so far. While hits come, some starts that have fallen out may not
// be counted yet; after Detach all numbers are exact.
func (l *Latency) Read() (LatencyReading, error) {
	r := LatencyReading{Histogram: &histogram.Histogram{Scale: l.spec.Scale}, Room: l.open.room}
	groups, err := l.counts.readGroups(r.Histogram.Scale, l.groups.keys)
	if err != nil {
		return r, err
	}
	for _, g := range groups {
		r.Histogram.Merge(g.Histogram)
		r.Unplaced += g.Unplaced
	}
	if len(l.spec.By) > 0 {
		r.Groups = groups
	}
	// First the starts, then which of them are still there, then those that are not: what comes
	// meanwhile can only hide starts that have fallen out.
	before, err := sum(l.outcomes, starts)
	if err != nil {
		return r, err
	}
	there, err := l.open.count(l.session)
	if err != nil {
		return r, err
	}
	var started, ended, lost uint64
	for _, n := range []struct {
		index uint32
		dst   *uint64
	}{
		{ends, &ended},
		{startsAgain, &r.StartsAgain},
		{endsAlone, &r.EndsAlone},
		{endsHidden, &r.Hidden},
		{unreadableKeys, &r.Unreadable},
		{startsLost, &lost},
		{starts, &started},
	} {
		if *n.dst, err = sum(l.outcomes, n.index); err != nil {
			return r, err
		}
	}
	r.Lost = lost + l.missed()
	over := ended + r.StartsAgain
	r.FellOut = before - min(before, over+there)
	r.Open = min(there, started-min(started, over))
	return r, nil
}
