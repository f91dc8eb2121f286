package stapsdt

import (
	"math"
	"reflect"
	"time"
)

// Event is one fire of a probe, as a [Listener] receives it. Package go-cmp compares events by
// Equal and shows them by String.
type Event struct {
	// Time is when the probe was fired. The times of a listener's events never go back. They come
	// from a counter of the processor, and are right within some microseconds.
	Time  time.Time
	Probe *Probe
	// Args has the arguments, each with the Go type of the declaration: time.Duration, main.Status;
	// those of a dynamic probe have the predeclared type of their ArgType, such as int8, string or
	// []byte. Texts are copies of the first bytes: see [ListenConfig].
	Args []any
	// Cut has how many bytes were fired of each argument that Args lacks: 0, but for long texts.
	Cut [MaxArgs]int
}

func (r *received) event() Event {
	e := Event{Time: r.time, Probe: r.probe, Args: make([]any, len(r.probe.types))}
	words := r.args
	for i, t := range r.probe.types {
		if t.isAddress() {
			n := min(words[0], r.maxText)
			e.Cut[i] = int(words[0] - n) // #nosec G115 -- it was the length of a text
			e.Args[i] = t.textValue(bytesOf(words[1:])[:n])
			words = words[1+(n+7)/8:]
		} else {
			e.Args[i] = t.value(words[0])
			words = words[1:]
		}
		if r.probe.goTypes != nil {
			e.Args[i] = reflect.ValueOf(e.Args[i]).Convert(r.probe.goTypes.In(i)).Interface()
		}
	}
	return e
}

// textValue returns a copy of text as a value of type t.
func (t ArgType) textValue(text []byte) any {
	if t == String {
		return string(text)
	}
	return append([]byte{}, text...)
}

// value undoes load, which has extended the word.
//
// #nosec G115 -- the lost bits are those that load has added
func (t ArgType) value(word uint64) any {
	switch t {
	case Int8:
		return int8(word)
	case Int16:
		return int16(word)
	case Int32:
		return int32(word)
	case Int64:
		return int64(word)
	case Uint8:
		return uint8(word)
	case Uint16:
		return uint16(word)
	case Uint32:
		return uint32(word)
	case Bool:
		return word != 0
	case Float32:
		return math.Float32frombits(uint32(word))
	case Float64:
		return math.Float64frombits(word)
	}
	return word
}
