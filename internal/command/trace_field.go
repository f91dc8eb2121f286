package command

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A field is an argument as people see it, before there are events.
type field struct {
	label  string // any bytes
	place  int
	kind   signature.Kind
	signed bool // of an integer, as the note says
	size   int  // of the value, in bytes, as the note says
	never  bool // no hit has it: it cannot be read
}

// fieldsOf returns the fields of a probe: those of its signature or, without one, its arguments. A
// capture says what an argument points to.
func fieldsOf(p uprobe.Probe, captures []uprobe.Capture) []field {
	args := p.Args()
	var fields []field
	for place := 0; place < len(args); place++ {
		f := argumentField(place, args[place])
		if param := p.Sites[0].Signature.At(place); param != nil {
			f.label, f.kind = param.Label(), param.Type.Kind
			if param.Places() == 2 {
				place++
				f.never = f.never || args[place].Kind == operand.Invalid
			}
		}
		for _, c := range captures {
			switch {
			case c.Arg != f.place || f.kind.IsAddress():
			case c.Length < 0:
				f.kind = signature.String
			default:
				f.kind = signature.Bytes
			}
		}
		fields = append(fields, f)
	}
	return fields
}

// argumentField returns the field of an argument of which only the note says something.
func argumentField(place int, a operand.Arg) field {
	f := field{
		label: fmt.Sprintf("arg%d", place), place: place, kind: signature.Uint,
		signed: a.Signed, size: a.Size, never: a.Kind == operand.Invalid,
	}
	if a.Float {
		f.kind = signature.Float
	}
	return f
}

// value returns the argument of an event. It is not ok when it could not be read.
func (f *field) value(args []uprobe.Value) (v uprobe.Value, ok bool) {
	v = args[f.place]
	if f.kind.IsAddress() {
		return v, v.Captured
	}
	return v, v.Read
}

// appendText appends the value for people.
func (f *field) appendText(dst []byte, args []uprobe.Value) []byte {
	v, ok := f.value(args)
	switch {
	case f.never:
		return append(dst, format.Never...)
	case !ok:
		return append(dst, format.Fault...)
	}
	switch f.kind {
	case signature.String, signature.Text, signature.Bytes:
		dst = printable.AppendQuoted(dst, v.Data)
		if v.Cut {
			dst = append(dst, "…"...)
		}
		return dst
	case signature.Bool:
		return strconv.AppendBool(dst, v.Int != 0)
	case signature.Float:
		return strconv.AppendFloat(dst, f.float(v), 'g', -1, 8*f.size)
	case signature.Duration:
		return append(dst, time.Duration(v.Int).String()...) // #nosec G115 -- the same bits
	case signature.Pointer:
		return strconv.AppendUint(append(dst, "0x"...), v.Int, 16)
	}
	return appendInteger(dst, v, f.signed)
}

// appendJSON appends the value for programs.
func (f *field) appendJSON(dst []byte, args []uprobe.Value) []byte {
	v, ok := f.value(args)
	if !ok {
		return append(dst, "null"...)
	}
	switch f.kind {
	case signature.String, signature.Text:
		return printable.AppendJSON(dst, v.Data)
	case signature.Bytes:
		dst = base64.StdEncoding.AppendEncode(append(dst, '"'), v.Data)
		return append(dst, '"')
	case signature.Bool:
		return strconv.AppendBool(dst, v.Int != 0)
	case signature.Float:
		return printable.AppendJSONFloat(dst, f.float(v), 8*f.size)
	}
	return appendInteger(dst, v, f.signed)
}

// float returns the number whose bits are the value.
func (f *field) float(v uprobe.Value) float64 {
	if f.size == 4 {
		return float64(math.Float32frombits(uint32(v.Int))) // #nosec G115 -- the low bits
	}
	return math.Float64frombits(v.Int)
}
