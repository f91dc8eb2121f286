package command

import (
	"strconv"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// An eventWriter writes events.
type eventWriter interface {
	// append appends an event and a line feed to dst. It allocates only to grow dst.
	append(dst []byte, ev *uprobe.Event) []byte
	// add adds the probes of a plan to those that it knows, as the next of them.
	add(p *tracePlan)
}

// eventValues is an event as a format reads it.
type eventValues struct {
	types  []operand.Arg
	fields []field // for each argument
	args   []uprobe.Value
}

func (v *eventValues) Int(arg int) (value uint64, signed, ok bool) {
	if arg >= len(v.args) || !v.args[arg].Read {
		return 0, false, false
	}
	return v.args[arg].Int, v.types[arg].Signed, true
}

func (v *eventValues) Readable(arg int) bool { return v.types[arg].Kind != operand.Invalid }

func (v *eventValues) Size(arg int) int { return v.types[arg].Size }

func (v *eventValues) Bytes(arg int) (data []byte, cut, ok bool) {
	if arg >= len(v.args) {
		return nil, false, false
	}
	return v.args[arg].Data, v.args[arg].Cut, v.args[arg].Captured
}

func (v *eventValues) Append(dst []byte, arg int) []byte {
	return v.fields[arg].appendText(dst, v.args)
}

// appendInteger appends an argument that was read.
func appendInteger(dst []byte, v uprobe.Value, signed bool) []byte {
	if signed {
		return strconv.AppendInt(dst, int64(v.Int), 10) // #nosec G115 -- the same bits
	}
	return strconv.AppendUint(dst, v.Int, 10)
}

// A timestamp writes times. Once a second it formats everything but the fraction of the second.
type timestamp struct {
	layout string // up to the seconds
	digits int    // of the fraction, at most 9
	second int64
	text   []byte
}

func (t *timestamp) append(dst []byte, when time.Time) []byte {
	if second := when.Unix(); second != t.second || len(t.text) == 0 {
		t.second = second
		t.text = when.AppendFormat(t.text[:0], t.layout)
	}
	dst = append(dst, t.text...)
	dst = append(dst, '.')
	fraction := when.Nanosecond()
	for unit := 100_000_000; unit >= pow10[9-t.digits]; unit /= 10 {
		dst = append(dst, '0'+byte(fraction/unit%10)) // #nosec G115 -- a digit
	}
	return dst
}

var pow10 = [...]int{1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8}
