// Package event says what the storm fires, and verifies what a tracer received of it. The first
// argument of each event is its sequence number, and the last is a checksum over the name of the
// probe and the arguments before, so that each event can be verified by itself.
package event

import (
	"fmt"
	"hash/fnv"
	"math"
)

// MaxText is how many bytes of a text or of bytes tracers read, and checksums are over.
const MaxText = 128

// Sum returns the checksum over the name PROVIDER:PROBE and the arguments, of any type that a probe
// can have. Arguments that a tracer sees alike have the same checksum: integers of the same value,
// floats and their bits, and a []byte as the text and its length.
func Sum(probe string, args ...any) uint64 {
	h := fnv.New64a()
	word := func(w uint64) {
		var b [8]byte
		for i := range b {
			b[i] = byte(w >> (8 * i))
		}
		h.Write(b[:])
	}
	text := func(s []byte) {
		s = s[:min(len(s), MaxText)]
		word(uint64(len(s)))
		h.Write(s)
	}
	text([]byte(probe))
	for _, arg := range args {
		switch a := arg.(type) {
		case string:
			text([]byte(a))
		case []byte:
			text(a)
			word(uint64(len(a)))
		default:
			word(wordOf(a))
		}
	}
	return h.Sum64()
}

// wordOf returns the 64 bits that a tracer sees of an integer, bool or float.
func wordOf(arg any) uint64 {
	switch a := arg.(type) {
	case int8:
		return uint64(a)
	case int16:
		return uint64(a)
	case int32:
		return uint64(a)
	case int64:
		return uint64(a)
	case uint8:
		return uint64(a)
	case uint16:
		return uint64(a)
	case uint32:
		return uint64(a)
	case uint64:
		return a
	case bool:
		if a {
			return 1
		}
		return 0
	case float32:
		return uint64(math.Float32bits(a))
	case float64:
		return math.Float64bits(a)
	}
	panic(fmt.Sprintf("an event has no %T", arg))
}
