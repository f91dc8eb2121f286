package stapsdt

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/ticks"
)

// Events returns the events in the order of their times; those of one goroutine are in the order in
// which it fired them. The sequence waits for events. It ends when done is closed, or after Close
// with the last event. It can be gone through again, and goes on with the next event; only one
// goroutine can at a time, others wait. So the body of the loop must not call Events or Take.
func (l *Listener) Events(done <-chan struct{}) iter.Seq[Event] {
	return func(yield func(Event) bool) {
		l.receiving.Lock()
		defer l.receiving.Unlock()
		for !isDone(done) {
			isClosed := isDone(l.closed)
			if len(l.batch) == 0 {
				l.receive()
			}
			for len(l.batch) > 0 && !isDone(done) {
				r := l.batch[0]
				l.batch = l.batch[1:]
				if !yield(r.event()) {
					return
				}
			}
			if isClosed && len(l.pending) == 0 {
				return
			}
			l.wait(done)
		}
	}
}

func isDone(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// wait returns when there may be events, l is closed, or done is closed. To be woken costs a fire
// more than the event, so there is a pause first, for more events to come. It ends when the buffer
// is filling.
func (l *Listener) wait(done <-chan struct{}) {
	if l.ring.IsHalfFull() {
		return
	}
	timer := time.NewTimer(l.pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.wake:
		return
	case <-l.closed:
		return
	case <-done:
		return
	}
	l.isWaiting.Store(true)
	defer l.isWaiting.Store(false)
	if !l.ring.IsEmpty() || len(l.pending) > 0 {
		return
	}
	select {
	case <-l.wake:
	case <-l.closed:
	case <-done:
	}
}

// received is a record that was taken out of the ring.
type received struct {
	probe   *Probe
	ticks   ticks.Ticks
	time    time.Time
	args    []uint64 // as in the record
	maxText uint64
}

// receive fills the batch with the records of before now, in the order of their ticks.
//
// Later ones wait for the next time, because an earlier one of the same goroutine, in another
// shard, may have been missed. With those of before now that cannot be: when a goroutine counted
// the ticks of one, all that it had fired before were in their shards. The same is true of what
// another goroutine had fired, if this one knows of it.
//
// A goroutine that is held up between counting the ticks and the shard makes a record that comes
// late. Nobody knows whether it fired before the others, so it gets the time of the last receive.
func (l *Listener) receive() {
	now := l.clock.Sync()
	for i := range l.pending {
		if l.pending[i].ticks > now {
			l.pending[i].ticks = 0 // the counter has gone back, as when a machine wakes up
		}
	}
	var words []uint64
	ended := l.probes.ended()
	done := l.ring.Read(func(record []uint64) {
		probe := l.probes.probe(record[recordProbe])
		if probe == nil {
			l.late.Add(1)
			return
		}
		start := len(words)
		words = append(words, record[recordArgs:]...)
		l.pending = append(l.pending, received{
			probe: probe, ticks: ticks.Ticks(record[recordTicks]),
			args: words[start:], maxText: uint64(l.maxText), // #nosec G115 -- not negative
		})
	})
	done()
	l.probes.forget(ended)
	slices.SortStableFunc(l.pending, func(a, b received) int { return cmp.Compare(a.ticks, b.ticks) })
	n := 0
	for ; n < len(l.pending) && l.pending[n].ticks <= now; n++ {
		l.pending[n].time = l.clock.Time(l.pending[n].ticks)
	}
	l.batch, l.pending = l.pending[:n], slices.Clone(l.pending[n:])
}
