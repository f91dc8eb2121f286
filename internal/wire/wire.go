// Package wire is the compact form of a stream of events: a program sends by it what its probes
// fire, and the command usdt reads it.
//
// A stream begins with [Magic], the version and the process. Frames follow: a byte that says of
// which kind, the length of the contents, and the contents. Numbers are varints of encoding/binary,
// texts their length and their bytes, floating-point numbers their bits in little endian. A reader
// skips frames of kinds that it does not know; anything else that changes takes a new [Version].
//
//	'p'  a probe: provider, name, description, number of arguments; of each argument name, Go type
//	     and ArgType. Probes are numbered from 0 in the order of their frames. Several probes that
//	     are declared alike share a frame
//	'e'  an event: number of the probe, nanoseconds since the event before (at first since 1970),
//	     the values as the ArgTypes say; of a text its length as it was fired, then what is kept
//	'l'  how many events are lost so far; without news, a sign of life
//	'z'  the end: how many events were sent and lost, and why it is over, in words
//
// The probes that there are when a stream begins come first, then a frame 'l', at once: by it the
// reader knows that these are all, and that it misses nothing from then on. Probes that are
// declared later come before their first event.
package wire

import (
	"encoding/binary"
	"math"
	"reflect"

	"github.com/go-usdt/usdt/stapsdt"
)

const (
	// Magic is the beginning of every stream.
	Magic = "usdtwire"
	// Version is the version of the format.
	Version = 1
	// ContentType is the media type of a stream.
	ContentType = "application/vnd.usdt.events"
)

// Bounds of what a reader accepts.
const (
	MaxName   = 1 << 10         // bytes of the name of a provider, probe, argument, type or process
	MaxWords  = 16 << 10        // bytes of a description, or of why a stream is over
	MaxProbes = 1 << 14         // probes in a stream
	MaxFrame  = 512 << 10       // bytes of the contents of a frame: all texts of an event fit in it
	MaxText   = stapsdt.MaxText // bytes that are kept of a text
	MaxArgs   = stapsdt.MaxArgs // arguments of a probe
	maxTable  = 16 << 20        // bytes of all frames of probes in a stream
	maxLength = math.MaxInt32   // of a text, as it was fired; a longer one is said to have that
)

// Header is what a stream begins with.
type Header struct {
	PID     int
	Command string // name of the process
}

// Probe introduces a probe.
type Probe struct {
	Provider, Name string
	Description    string
	Args           []Arg
}

// Arg is an argument of a probe.
type Arg struct {
	Name   string // "": it has none
	GoType string // time.Duration, main.Status
	Type   stapsdt.ArgType
}

// Value is an argument of an event.
type Value struct {
	// Bits are those of the value: an integer is extended to 64 bits, by its sign if it has one;
	// a bool is 0 or 1; a floating-point number has the bits of its size. Texts have none.
	Bits uint64
	// Data are the first bytes of a text.
	Data []byte
	// Length is how many bytes the text had.
	Length int
}

// ValueOf returns an argument of a stapsdt.Event. cut is what Event.Cut has of it.
func ValueOf(arg any, cut int) Value {
	switch a := arg.(type) {
	case int:
		return Value{Bits: uint64(a)} // #nosec G115 -- extended by its sign, here and below
	case int64:
		return Value{Bits: uint64(a)} // #nosec G115 -- the same bits
	case uint64:
		return Value{Bits: a}
	case string:
		return Value{Data: []byte(a), Length: len(a) + cut}
	case []byte:
		return Value{Data: a, Length: len(a) + cut}
	}
	switch v := reflect.ValueOf(arg); v.Kind() {
	case reflect.String:
		return Value{Data: []byte(v.String()), Length: v.Len() + cut}
	case reflect.Slice:
		return Value{Data: v.Bytes(), Length: v.Len() + cut}
	case reflect.Bool:
		if v.Bool() {
			return Value{Bits: 1}
		}
		return Value{}
	case reflect.Float32:
		return Value{Bits: uint64(math.Float32bits(float32(v.Float())))}
	case reflect.Float64:
		return Value{Bits: math.Float64bits(v.Float())}
	default:
		if v.CanInt() {
			return Value{Bits: uint64(v.Int())} // #nosec G115 -- the same bits
		}
		return Value{Bits: v.Uint()}
	}
}

// isSigned reports whether integers of the type have a sign.
func isSigned(t stapsdt.ArgType) bool { return t <= stapsdt.Int64 }

func isText(t stapsdt.ArgType) bool { return t >= stapsdt.String }

var order = binary.LittleEndian
