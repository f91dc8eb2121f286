package stapsdt

import (
	"slices"
	"sync"
	"time"
)

// heardProbes are the probes of a listener, by the number in their records. No number is used
// twice. A probe whose provider is closed is forgotten after lateTime, when no record of it can be
// in the ring: so there are as many as are open, have records or were closed just now, however many
// providers come and go.
type heardProbes struct {
	sync.Mutex
	numbers uint64 // that were given
	writers map[uint64]*recordWriter
	left    []leftProbe // whose provider was closed less than lateTime ago, in this order
	closed  []uint64    // numbers of those that were closed before, that may have records
}

// leftProbe is a probe whose provider was closed at a time.
type leftProbe struct {
	writer *recordWriter
	at     time.Time
}

// lateTime is how long a goroutine that was about to fire when the provider was closed has to write
// its record: it may have to wait for a processor. A record that comes later is lost.
var lateTime = time.Second

// add returns what writes the records of another probe.
func (h *heardProbes) add(l *Listener, p *Probe) *recordWriter {
	h.Lock()
	defer h.Unlock()
	if h.writers == nil {
		h.writers = make(map[uint64]*recordWriter)
	}
	w := &recordWriter{probe: p, listener: l, number: h.numbers}
	h.writers[w.number] = w
	h.numbers++
	return w
}

// probe returns the probe with a number, nil if it is forgotten.
func (h *heardProbes) probe(number uint64) *Probe {
	h.Lock()
	defer h.Unlock()
	if w := h.writers[number]; w != nil {
		return w.probe
	}
	return nil
}

func (h *heardProbes) list() (probes []*Probe) {
	h.Lock()
	defer h.Unlock()
	for _, w := range h.writers {
		probes = append(probes, w.probe)
	}
	return probes
}

// leave says that the provider of a probe is closed.
func (h *heardProbes) leave(w *recordWriter) {
	h.Lock()
	defer h.Unlock()
	h.left = append(h.left, leftProbe{w, time.Now()})
	h.settle()
}

// settle ends the time of those that left lateTime ago. The caller holds the lock.
func (h *heardProbes) settle() {
	for len(h.left) > 0 && time.Since(h.left[0].at) >= lateTime {
		if w := h.left[0].writer; w.hasRecords.Load() {
			h.closed = append(h.closed, w.number)
		} else {
			delete(h.writers, w.number)
		}
		h.left[0] = leftProbe{} // or else the array would keep it in memory
		h.left = h.left[1:]
	}
}

// ended returns the numbers of probes that have no records but those that are in the ring now,
// unless a goroutine comes later than lateTime.
func (h *heardProbes) ended() []uint64 {
	h.Lock()
	defer h.Unlock()
	h.settle()
	return slices.Clone(h.closed)
}

// forget forgets the first probes of closed, which ended has returned.
func (h *heardProbes) forget(numbers []uint64) {
	h.Lock()
	defer h.Unlock()
	for _, n := range numbers {
		delete(h.writers, n)
	}
	h.closed = slices.Clone(h.closed[len(numbers):])
}
