package event

import "math/rand/v2"

// Values are the arguments of which events are made, one of each kind or more.
type Values struct {
	Sequence    uint64
	Int8        int8
	Int16       int16
	Int32       int32
	Int64       int64
	Uint8       uint8
	Uint16      uint16
	Uint32      uint32
	Bool        bool
	Float32     float32
	Float64     float64
	Text, Other string
	Bytes       []byte
}

// sequenceBits are those of a sequence number that count the events of one goroutine. The bits
// above them are the goroutine's.
const sequenceBits = 40

// FirstOf returns the sequence number before the first one of a goroutine.
func FirstOf(goroutine int) uint64 { return uint64(goroutine) << sequenceBits }

// Next draws the values of the goroutine's next event.
func (v *Values) Next(r *rand.Rand) {
	v.Sequence++
	bits, more := r.Uint64(), r.Uint64()
	v.Int8, v.Int16, v.Int32, v.Int64 = int8(bits), int16(bits>>8), int32(bits>>24), int64(more)
	v.Uint8, v.Uint16, v.Uint32 = uint8(more), uint16(more>>8), uint32(more>>24)
	v.Bool, v.Float32, v.Float64 = bits>>63 == 1, r.Float32(), r.NormFloat64()
	v.Text, v.Other = drawText(r), drawText(r)
	v.Bytes = v.Bytes[:0]
	for range r.IntN(MaxText / 2) {
		v.Bytes = append(v.Bytes, byte(r.Uint32()))
	}
}

// alphabet is what texts are cut from: printable, and longer than any text that a probe passes.
var alphabet = func() string {
	b := make([]byte, 1<<17)
	for i := range b {
		b[i] = ' ' + byte(i*i%95)
	}
	return string(b)
}()

// drawText returns a short text, or now and then a long one or one that is too long for a probe.
func drawText(r *rand.Rand) string {
	length := r.IntN(MaxText)
	switch r.IntN(1000) {
	case 0:
		length = 1 << 16
	case 1, 2, 3:
		length = r.IntN(1 << 12)
	}
	start := r.IntN(len(alphabet) - length)
	return alphabet[start : start+length]
}
