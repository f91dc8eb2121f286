package wire

import (
	"encoding/binary"

	"github.com/go-usdt/usdt/stapsdt"
)

// Encoder makes a stream. Its methods append to dst, and return it. It is for one goroutine.
type Encoder struct {
	probes  [][]stapsdt.ArgType
	numbers map[string]int // of probes, by the contents of their frames
	table   int            // bytes of these
	last    int64          // the time of the event before
	frame   []byte
}

// AppendHeader appends the beginning of the stream.
func (e *Encoder) AppendHeader(dst []byte, h Header) []byte {
	dst = binary.AppendUvarint(append(dst, Magic...), Version)
	dst = binary.AppendUvarint(dst, uint64(h.PID)) // #nosec G115 -- not negative
	return appendText(dst, h.Command, MaxName)
}

// AppendProbe introduces a probe and returns its number. One that is declared as another was has
// the number of that, and nothing is appended: providers come and go. Texts that are too long are
// cut. It returns false if a stream has no room for more probes.
func (e *Encoder) AppendProbe(dst []byte, p Probe) (_ []byte, number int, ok bool) {
	f := appendText(e.frame[:0], p.Provider, MaxName)
	f = appendText(f, p.Name, MaxName)
	f = appendText(f, p.Description, MaxWords)
	f = binary.AppendUvarint(f, uint64(len(p.Args)))
	var types []stapsdt.ArgType
	for _, a := range p.Args {
		f = appendText(f, a.Name, MaxName)
		f = appendText(f, a.GoType, MaxName)
		f = append(f, byte(a.Type))
		types = append(types, a.Type)
	}
	e.frame = f
	if number, ok = e.numbers[string(f)]; ok {
		return dst, number, true
	}
	if len(e.probes) == MaxProbes || e.table+len(f) > maxTable {
		return dst, 0, false
	}
	if e.numbers == nil {
		e.numbers = make(map[string]int)
	}
	number = len(e.probes)
	e.numbers[string(f)] = number
	e.table += len(f)
	e.probes = append(e.probes, types)
	return appendFrame(dst, 'p', f), number, true
}

// AppendEvent appends an event of the probe with that number: its time in nanoseconds since 1970,
// and a value for each argument.
func (e *Encoder) AppendEvent(dst []byte, probe int, nanoseconds int64, values []Value) []byte {
	f := binary.AppendUvarint(e.frame[:0], uint64(probe)) // #nosec G115 -- not negative
	f = binary.AppendVarint(f, nanoseconds-e.last)
	e.last = nanoseconds
	for i, t := range e.probes[probe] {
		f = appendValue(f, t, values[i])
	}
	e.frame = f
	return appendFrame(dst, 'e', f)
}

func appendValue(f []byte, t stapsdt.ArgType, v Value) []byte {
	switch {
	case isText(t):
		f = binary.AppendUvarint(f, uint64(min(v.Length, maxLength))) // #nosec G115 -- not negative
		return appendText(f, v.Data, MaxText)
	case isSigned(t):
		return binary.AppendVarint(f, int64(v.Bits)) // #nosec G115 -- the same bits
	case t == stapsdt.Float32:
		return order.AppendUint32(f, uint32(v.Bits)) // #nosec G115 -- it has 32 bits
	case t == stapsdt.Float64:
		return order.AppendUint64(f, v.Bits)
	}
	return binary.AppendUvarint(f, v.Bits)
}

// AppendLost says how many events are lost so far.
func (e *Encoder) AppendLost(dst []byte, lost uint64) []byte {
	e.frame = binary.AppendUvarint(e.frame[:0], lost)
	return appendFrame(dst, 'l', e.frame)
}

// AppendEnd ends the stream: so many events were sent and lost. reason says why it is over, in
// words that complete "the program ended the stream: "; it is empty when the reader has asked for
// no more.
func (e *Encoder) AppendEnd(dst []byte, sent, lost uint64, reason string) []byte {
	f := binary.AppendUvarint(e.frame[:0], sent)
	f = binary.AppendUvarint(f, lost)
	e.frame = appendText(f, reason, MaxWords)
	return appendFrame(dst, 'z', e.frame)
}

func appendFrame(dst []byte, kind byte, contents []byte) []byte {
	dst = binary.AppendUvarint(append(dst, kind), uint64(len(contents)))
	return append(dst, contents...)
}

func appendText[T string | []byte](dst []byte, text T, limit int) []byte {
	text = text[:min(len(text), limit)]
	dst = binary.AppendUvarint(dst, uint64(len(text)))
	return append(dst, text...)
}
