//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// clauses print the probes' arguments. %d of bpftrace 0.17 has 4 bytes. %lld and %llu print every
// narrower type with the sign that the note gives it. A clause has 512 bytes of stack, which is
// room for two of these strings. The size that str takes includes the NUL, the size that buf
// takes does not.
var clauses = []string{
	`int8 { printf("int8 %lld\n", arg0); }`,
	`int16 { printf("int16 %lld\n", arg0); }`,
	`int32 { printf("int32 %lld\n", arg0); }`,
	`int64 { printf("int64 %lld\n", arg0); }`,
	`uint8 { printf("uint8 %llu\n", arg0); }`,
	`uint16 { printf("uint16 %llu\n", arg0); }`,
	`uint32 { printf("uint32 %llu\n", arg0); }`,
	`uint64 { printf("uint64 %llu\n", arg0); }`,
	`bool { printf("bool %llu\n", arg0); }`,
	`float32 { printf("float32 %llx\n", arg0); }`,
	`float64 { printf("float64 %llx\n", arg0); }`,
	`string { printf("string %s.\n", str(arg0)); }`,
	`long { printf("long %s.\n", str(arg0)); }`,
	`long { printf("tail %s.\n", str(arg0 + 190)); }`,
	`bytes { printf("bytes %lld %r.\n", arg1, buf(arg0, arg1)); }`,
	`bytes { printf("text %s.\n", str(arg0, arg1 + 1)); }`,
	`six { printf("six %llu %lld %llu %lld %lld %lld\n", arg0, arg1, arg2, arg3, arg4, arg5); }`,
	`mixed { printf("mixed %s %lld\n", str(arg0), arg1); }`,
	`mixed { printf("mixed %s %lld\n", str(arg2, arg3 + 1), arg3); }`,
	`mixed { printf("mixed %s\n", str(arg4)); }`,
	`dynamic { printf("dynamic %lld %s %lld\n", arg0, str(arg1), arg3); }`,
	`dynamic { printf("dynamic %r\n", buf(arg2, arg3)); }`,
}

type event struct {
	probe string
	args  []any
	want  []string // lines
}

// one returns an event with one argument for each value. bpftrace prints it behind the name of
// the probe.
func one[A any](probe, format string, values ...A) []event {
	var events []event
	for _, v := range values {
		events = append(events, event{probe, []any{v}, []string{probe + " " + fmt.Sprintf(format, v)}})
	}
	return events
}

func integers() []event {
	events := one[int8]("int8", "%d", math.MinInt8, -1, 0, math.MaxInt8)
	events = append(events, one[int16]("int16", "%d", math.MinInt16, -1, 0, math.MaxInt16)...)
	events = append(events, one[int32]("int32", "%d", math.MinInt32, -1, 0, math.MaxInt32)...)
	events = append(events, one[int64]("int64", "%d", math.MinInt64, -1, 0, math.MaxInt64)...)
	events = append(events, one[uint8]("uint8", "%d", 0, 1, math.MaxInt8+1, math.MaxUint8)...)
	events = append(events, one[uint16]("uint16", "%d", 0, 1, math.MaxInt16+1, math.MaxUint16)...)
	events = append(events, one[uint32]("uint32", "%d", 0, 1, math.MaxInt32+1, math.MaxUint32)...)
	events = append(events, one[uint64]("uint64", "%d", 0, 1, math.MaxInt64+1, math.MaxUint64)...)
	return append(events,
		event{"bool", []any{true}, []string{"bool 1"}},
		event{"bool", []any{false}, []string{"bool 0"}},
		event{"six", []any{uint64(math.MaxUint64), math.MinInt8, math.MaxUint16, math.MinInt32,
			math.MinInt16, math.MinInt64},
			[]string{"six 18446744073709551615 -128 65535 -2147483648 -32768 -9223372036854775808"}},
		event{"six", []any{1, 2, 3, 4, 5, 6}, []string{"six 1 2 3 4 5 6"}},
	)
}

// floats are seen as their bits. JSON, which carries them to the program, does not have NaN and
// infinity.
func floats() []event {
	var events []event
	for _, v := range []float64{0, math.Copysign(0, -1), 1.5, -1.5} {
		events = append(events,
			event{"float32", []any{v}, []string{fmt.Sprintf("float32 %x", math.Float32bits(float32(v)))}},
			event{"float64", []any{v}, []string{fmt.Sprintf("float64 %x", math.Float64bits(v))}})
	}
	for _, v := range []float32{math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32} {
		events = append(events,
			event{"float32", []any{v}, []string{fmt.Sprintf("float32 %x", math.Float32bits(v))}})
	}
	for _, v := range []float64{math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64} {
		events = append(events,
			event{"float64", []any{v}, []string{fmt.Sprintf("float64 %x", math.Float64bits(v))}})
	}
	return events
}

func texts() []event {
	alphabet := strings.Repeat("abcdefghijklmnopqrstuvwxyz", 8)
	long := alphabet[:199]
	events := one("string", "%s.", "", "a", alphabet[:63], "Grüße, 世界")
	events = append(events,
		event{"long", []any{long}, []string{"long " + long + ".", "tail " + long[190:] + "."}})
	for _, b := range [][]byte{nil, []byte("a"), []byte(long[:63]), []byte(long)} {
		events = append(events, event{"bytes", []any{b},
			[]string{fmt.Sprintf("bytes %d %s.", len(b), b), fmt.Sprintf("text %s.", b)}})
	}
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	return append(events,
		event{"bytes", []any{every[:200]}, []string{"bytes 200 " + escaped(every[:200]) + ".", "text ."}},
		event{"bytes", []any{every[200:]},
			[]string{"bytes 56 " + escaped(every[200:]) + ".", "text " + string(every[200:]) + "."}},
		event{"mixed", []any{"first", -7, []byte("bytes"), "last"},
			[]string{"mixed first -7", "mixed bytes 5", "mixed last"}},
		event{"dynamic", []any{-128, "text", []byte{0, 255}},
			[]string{"dynamic -128 text 2", `dynamic \x00\xff`}},
	)
}

// escaped returns b as bpftrace prints it with %r.
func escaped(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		if c < ' ' || c > '~' {
			fmt.Fprintf(&s, `\x%02x`, c)
		} else {
			s.WriteByte(c)
		}
	}
	return s.String()
}

// TestValues compares what bpftrace prints with what was fired.
func TestValues(t *testing.T) {
	bpftraceMatrix(t, func(t *testing.T, p program, c config) {
		app := startTraced(t, c)
		file := p.reach(t, app, c, "ready")
		b := p.attach(t, app, file, "ready", clauses...)
		for _, e := range slices.Concat(integers(), floats(), texts()) {
			app.fire(t, e.probe, e.args...)
			b.expect(t, e.want...)
		}
		if rest := b.detach(t); len(rest) > 0 {
			t.Errorf("further events: %q", rest)
		}
		seen := row{arguments: "all"}
		switch {
		case file != byPid:
		case c.backing == "memfd":
			seen.memfdByPid = "yes"
		case c.backing == "file":
			seen.fileByPid = "yes"
		}
		p.support(t, seen)
	})
}
