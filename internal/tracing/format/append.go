package format

import (
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// Values is one event, as Append reads it.
type Values interface {
	// Int returns an argument, sign-extended to 64 bits when the probe says that it is signed. It
	// is not ok when the argument could not be read or the probe has no such argument.
	Int(arg int) (value uint64, signed, ok bool)

	// Readable reports whether an argument can be read at all: at some hits, if not at this one.
	Readable(arg int) bool

	// Size returns how many bytes an argument has: 1, 2, 4 or 8.
	Size(arg int) int

	// Bytes returns the text, without its NUL, or the bytes that an argument points to, and whether
	// these are not all. It is not ok when they could not be read or the probe has no such argument.
	// The caller does not keep the slice.
	Bytes(arg int) (data []byte, cut, ok bool)

	// Append appends an argument that could be read as its type says.
	Append(dst []byte, arg int) []byte
}

// What is written in place of something that is not there.
const (
	Fault = "(fault)" // it could not be read at this hit; as the kernel's own tracing writes it
	Never = "?"       // it can be read at no hit
)

// lack returns what is written in place of an argument, or of what it points to, that is not there.
func lack(v Values, arg int) string {
	if v.Readable(arg) {
		return Fault
	}
	return Never
}

// Append appends one event to dst and returns the extended slice. It allocates only to grow dst.
//
// If fewer bytes (%b) were read than their number says, "…" follows after the quotes. A %f, %e or
// %g of an argument whose size is not 4 or 8 bytes is written as "%!f(size=2)".
func (f *Format) Append(dst []byte, v Values) []byte {
	for i := range f.parts {
		p := &f.parts[i]
		if p.verb == 0 {
			dst = append(dst, p.literal...)
			continue
		}
		start := len(dst)
		dst = p.append(dst, v, f.Escape)
		dst = p.pad(dst, start)
	}
	return dst
}

// An escaping is Format.Escape.
type escaping = func(dst, text []byte) []byte

func (p *part) append(dst []byte, v Values, escape escaping) []byte {
	value, signed, ok := v.Int(p.arg)
	if !ok && p.pointsTo() {
		_, _, ok = v.Bytes(p.arg) // there can be a text whose address nobody knows
	}
	if !ok {
		return append(dst, lack(v, p.arg)...)
	}
	switch p.verb {
	case 's':
		return p.appendString(dst, v, escape)
	case 'b':
		return p.appendBytes(dst, v)
	case 'v':
		if p.kind != Integer {
			return p.appendBytes(dst, v)
		}
		return v.Append(dst, p.arg)
	case 'c':
		return appendChar(dst, value, escape)
	case 'f', 'e', 'g':
		return p.appendFloat(dst, value, v.Size(p.arg))
	case 'd', 'i':
		if signed && value > math.MaxInt64 {
			return p.appendInteger(dst, "-", -value, 10)
		}
		return p.appendInteger(dst, "", value, 10)
	}
	return p.appendBits(dst, value&sizeMask(v.Size(p.arg)))
}

// sizeMask returns the mask for the bits of an argument of size bytes, without its sign extension.
func sizeMask(size int) uint64 {
	if size >= 8 {
		return math.MaxUint64
	}
	return 1<<(8*size) - 1
}

// last is the last argument of the directive.
// pointsTo reports whether what the argument points to is written.
func (p *part) pointsTo() bool {
	return p.verb == 's' || p.verb == 'b' || p.verb == 'v' && p.kind != Integer
}

func (p *part) last() int { return p.arg + p.places - 1 }

func (p *part) appendString(dst []byte, v Values, escape escaping) []byte {
	text, _, ok := v.Bytes(p.arg)
	if !ok {
		return append(dst, lack(v, p.last())...)
	}
	if p.precision > 0 {
		text = text[:min(p.precision, len(text))]
	}
	if escape != nil {
		return escape(dst, text)
	}
	return append(dst, text...)
}

func (p *part) appendBytes(dst []byte, v Values) []byte {
	data, cut, ok := v.Bytes(p.arg)
	if !ok {
		return append(dst, lack(v, p.last())...)
	}
	if p.precision > 0 && p.precision < len(data) {
		data, cut = data[:p.precision], true
	}
	dst = printable.AppendQuoted(dst, data)
	if cut {
		dst = append(dst, "…"...)
	}
	return dst
}

func appendChar(dst []byte, value uint64, escape escaping) []byte {
	r := rune(utf8.RuneError)
	if value <= utf8.MaxRune {
		r = rune(value)
	}
	start := len(dst)
	dst = utf8.AppendRune(dst, r)
	if escape == nil {
		return dst
	}
	end := len(dst)
	dst = escape(dst, dst[start:])
	return append(dst[:start], dst[end:]...)
}

func (p *part) appendFloat(dst []byte, value uint64, size int) []byte {
	precision := p.precision
	if precision < 0 && p.verb != 'g' {
		precision = 6
	}
	switch size {
	case 4:
		f := math.Float32frombits(uint32(value)) // #nosec G115 -- the low bits
		return strconv.AppendFloat(dst, float64(f), p.verb, precision, 32)
	case 8:
		f := math.Float64frombits(value)
		return strconv.AppendFloat(dst, f, p.verb, precision, 64)
	}
	dst = append(dst, "%!"...)
	dst = append(dst, p.verb)
	dst = append(dst, "(size="...)
	return append(appendInt(dst, size), ')')
}

func appendInt(dst []byte, n int) []byte { return strconv.AppendInt(dst, int64(n), 10) }
