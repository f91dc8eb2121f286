package stapsdt

import (
	"slices"
	"sync"
)

// heardProbes are the probes of a listener, by the number in their records. No number is used
// twice. A probe whose provider is closed is forgotten as soon as no record of it can be in the
// ring: so there are as many as are open and have records, however many providers come and go.
type heardProbes struct {
	sync.Mutex
	numbers uint64 // that were given
	writers map[uint64]*recordWriter
	closed  []uint64 // numbers of probes whose provider is closed, that may have records
}

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
	if w.hasRecords.Load() {
		h.closed = append(h.closed, w.number)
	} else {
		delete(h.writers, w.number)
	}
}

// ended returns the numbers of probes that have no records but those that are in the ring now,
// unless a goroutine that was about to fire when the provider was closed comes late.
func (h *heardProbes) ended() []uint64 {
	h.Lock()
	defer h.Unlock()
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
