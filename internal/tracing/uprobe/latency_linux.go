package uprobe

import (
	"errors"

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

// A Latency measures the time between the hits of two probes. Two hits are a pair when they are in
// the same process and have the same key. Its methods are not safe for concurrent use,
// except for Detach.
type Latency struct {
	*session
	open     openStarts
	outcomes *ebpf.Map
	counts   *valueCounts
	argument Argument // the key
}

// Pair attaches to two probes, of which an argument is the key, or Thread. The filter applies to
// the starts. The caller closes the Latency.
func Pair(start, end Probe, key Argument, o Options) (*Latency, error) {
	l := &Latency{session: newSession(o), argument: key}
	if err := l.attachAll(start, end); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Latency) attachAll(start, end Probe) error {
	var err error
	if l.counts, err = l.newValueCounts(logBuckets); err != nil {
		return err
	}
	if l.open, err = l.newOpenStarts(); err != nil {
		return err
	}
	if l.outcomes, err = l.newNumbers("usdt_outcomes", outcomes); err != nil {
		return err
	}
	// The end is attached first. Otherwise a start could be seen whose end is hit before the end is
	// attached.
	if err := l.attach(l.end, end); err != nil {
		return err
	}
	return l.attach(l.start, start)
}

// Read returns what was measured so far. While hits come, starts may count as open that have fallen
// out; after Detach all numbers are exact.
func (l *Latency) Read() (LatencyReading, error) {
	r := LatencyReading{Histogram: &histogram.Histogram{Scale: histogram.Log2()}, Room: l.open.room}
	err := l.counts.read(func(k bucketKey, values []bucketValue) {
		addTo(r.Histogram, k, values)
	})
	if err != nil {
		return r, err
	}
	// First the starts, then which of them are still there, then those that are not: a start that
	// comes meanwhile can only hide one that has fallen out.
	started, err := sum(l.outcomes, starts)
	if err != nil {
		return r, err
	}
	there, err := l.open.count()
	if err != nil {
		return r, err
	}
	var ended, full, lost uint64
	for _, n := range []struct {
		array *ebpf.Map
		index uint32
		dst   *uint64
	}{
		{l.outcomes, ends, &ended},
		{l.outcomes, startsAgain, &r.StartsAgain},
		{l.outcomes, endsAlone, &r.EndsAlone},
		{l.outcomes, endsHidden, &r.Hidden},
		{l.outcomes, unreadableKeys, &r.Unreadable},
		{l.outcomes, startsLost, &lost},
		{l.counts.full, 0, &full},
	} {
		if *n.dst, err = sum(n.array, n.index); err != nil {
			return r, err
		}
	}
	r.Lost = lost + full + l.missed()
	r.Open = started - min(started, ended+r.StartsAgain)
	r.FellOut = r.Open - min(r.Open, there)
	r.Open -= r.FellOut
	return r, nil
}
