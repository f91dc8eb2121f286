package stapsdt

import (
	"sync/atomic"
	"unsafe"

	"github.com/go-usdt/usdt/internal/ring"
)

// A record in a listener's ring is, in words: the ring's own, the number of the probe, the ticks,
// and for each argument its value. A text has the number of its bytes instead, and behind that
// those that are kept.
const (
	recordProbe = 1 + iota
	recordTicks
	recordArgs
)

// recordWriter is a listener's hearer of a probe.
type recordWriter struct {
	probe    *Probe
	listener *Listener
	number   uint64

	hasRecords atomic.Bool // or had
}

func (h *recordWriter) hear(values *[MaxArgs]unsafe.Pointer) {
	now, spread := h.listener.clock.Now()
	size := recordArgs + len(h.probe.types)
	if !h.probe.byValue {
		size += h.textWords(values)
	}
	record, hurry := h.listener.ring.Reserve(spread, size)
	if record == nil {
		h.listener.hurry()
		return
	}
	if !h.hasRecords.Load() { // to write each time would cost more
		h.hasRecords.Store(true)
	}
	record[recordProbe], record[recordTicks] = h.number, uint64(now)
	if words := record[recordArgs:]; h.probe.byValue {
		for i, t := range h.probe.types {
			words[i] = t.load(values[i])
		}
		ring.Commit(record)
	} else {
		h.commitTexts(record, values)
	}
	if hurry {
		h.listener.hurry()
	} else if h.listener.isWaiting.Load() {
		h.listener.wakeUp()
	}
}

// text returns the part of the text at v that is kept.
func (h *recordWriter) text(v unsafe.Pointer) string {
	s := *(*string)(v) // a slice begins as a string does
	return s[:min(len(s), h.listener.maxText)]
}

// textWords returns how many words the texts among the arguments take.
func (h *recordWriter) textWords(values *[MaxArgs]unsafe.Pointer) (n int) {
	for i, t := range h.probe.types {
		if t.isAddress() {
			n += (len(h.text(values[i])) + 7) / 8
		}
	}
	return n
}

// commitTexts completes the record of a probe with texts. To read a text can panic: see
// [runtime/debug.SetPanicOnFault]. The receiver, which waits for the record, then gets zeros.
func (h *recordWriter) commitTexts(record []uint64, values *[MaxArgs]unsafe.Pointer) {
	defer ring.Commit(record)
	h.putTexts(record[recordArgs:], values)
}

// putTexts fills the words of the arguments.
func (h *recordWriter) putTexts(words []uint64, values *[MaxArgs]unsafe.Pointer) {
	for i, t := range h.probe.types {
		if !t.isAddress() {
			words[0] = t.load(values[i])
			words = words[1:]
			continue
		}
		s := h.text(values[i])
		words[0] = uint64(len(*(*string)(values[i])))
		n := 1 + (len(s)+7)/8
		copy(bytesOf(words[1:n]), s)
		words = words[n:]
	}
}

// bytesOf returns the memory of words.
func bytesOf(words []uint64) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), 8*len(words))
}

// wakeUp wakes the receiver, once.
func (l *Listener) wakeUp() {
	if l.isWaiting.CompareAndSwap(true, false) {
		l.hurry()
	}
}

// hurry has the receiver go on, also if it makes a pause.
func (l *Listener) hurry() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}
