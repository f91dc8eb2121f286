package wire_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/wire"
	"github.com/go-usdt/usdt/stapsdt"
)

// everyType is a probe with the most arguments of each ArgType in turn.
var everyType = []wire.Probe{
	{Provider: "shop", Name: "none"},
	{Provider: "shop", Name: "signed", Description: "An order <b>begins</b>.", Args: []wire.Arg{
		{"", "int8", stapsdt.Int8}, {"i16", "main.Status", stapsdt.Int16},
		{"i32", "int32", stapsdt.Int32}, {"delay", "time.Duration", stapsdt.Int64},
	}},
	{Provider: "shop", Name: "unsigned", Args: []wire.Arg{
		{"a", "uint8", stapsdt.Uint8}, {"b", "uint16", stapsdt.Uint16},
		{"c", "uint32", stapsdt.Uint32}, {"d", "uintptr", stapsdt.Uint64},
		{"ok", "bool", stapsdt.Bool},
	}},
	{Provider: "shop", Name: "texts", Args: []wire.Arg{
		{"f", "float32", stapsdt.Float32}, {"g", "float64", stapsdt.Float64},
		{"s", "string", stapsdt.String}, {"b", "[]byte", stapsdt.Bytes},
	}},
}

// everyFrame is what the stream of encode has, in order.
func everyFrame() []wire.Frame {
	long := []byte(strings.Repeat("x", wire.MaxText))
	now := time.Now().UnixNano()
	return []wire.Frame{
		&everyType[0],
		&wire.Event{Probe: 0, Nanoseconds: now, Values: []wire.Value{}},
		&everyType[1],
		&everyType[2],
		&wire.Event{Probe: 1, Nanoseconds: now - 5, Values: []wire.Value{
			wire.ValueOf(int8(-128), 0), wire.ValueOf(status(-3), 0), wire.ValueOf(int32(7), 0),
			wire.ValueOf(time.Duration(math.MinInt64), 0),
		}},
		wire.Lost(3),
		&wire.Event{Probe: 2, Nanoseconds: math.MaxInt64, Values: []wire.Value{
			wire.ValueOf(uint8(255), 0), wire.ValueOf(uint16(1), 0), wire.ValueOf(uint32(2), 0),
			wire.ValueOf(uint64(math.MaxUint64), 0), wire.ValueOf(true, 0),
		}},
		&everyType[3],
		&wire.Event{Probe: 3, Nanoseconds: math.MinInt64, Values: []wire.Value{
			wire.ValueOf(float32(-1.5), 0), wire.ValueOf(math.Inf(1), 0),
			wire.ValueOf(name("Ada\x00\xff"), 5), wire.ValueOf(body(long), 1<<20),
		}},
		wire.End{Sent: 4, Lost: math.MaxUint64, Reason: "it has run for 10m"},
	}
}

type (
	status int16
	name   string
	body   []byte
)

var header = wire.Header{PID: 4711, Command: "shop"}

func encode(frames []wire.Frame) []byte {
	var e wire.Encoder
	b := e.AppendHeader(nil, header)
	for _, f := range frames {
		switch f := f.(type) {
		case *wire.Probe:
			b, _, _ = e.AppendProbe(b, *f)
		case *wire.Event:
			b = e.AppendEvent(b, f.Probe, f.Nanoseconds, f.Values)
		case wire.Lost:
			b = e.AppendLost(b, uint64(f))
		case wire.End:
			b = e.AppendEnd(b, f.Sent, f.Lost, f.Reason)
		}
	}
	return b
}

// decode returns the frames of a stream, which the caller may keep, and the error at its end.
func decode(r io.Reader) (h wire.Header, frames []wire.Frame, err error) {
	d, h, err := wire.NewDecoder(r)
	for err == nil {
		var f wire.Frame
		if f, err = d.Next(); err != nil {
			break
		}
		if ev, ok := f.(*wire.Event); ok {
			kept := *ev
			kept.Values = []wire.Value{}
			for _, v := range ev.Values {
				v.Data = bytes.Clone(v.Data)
				kept.Values = append(kept.Values, v)
			}
			f = &kept
		}
		frames = append(frames, f)
	}
	return h, frames, err
}

func TestRoundTrip(t *testing.T) {
	want := everyFrame()
	stream := encode(want)
	for name, r := range map[string]io.Reader{
		"at once":     bytes.NewReader(stream),
		"by the byte": iotest.OneByteReader(bytes.NewReader(stream)),
	} {
		h, got, err := decode(r)
		if !errors.Is(err, io.EOF) || h != header {
			t.Errorf("%s: header %v, error %v", name, h, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestBreaksOff: a stream that ends anywhere before its end says so.
func TestBreaksOff(t *testing.T) {
	stream := encode(everyFrame())
	for _, n := range append([]int{len(stream) - 1, len(stream) / 2}, firsts(600)...) {
		_, _, err := decode(bytes.NewReader(stream[:n]))
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d of %d bytes: %v", n, len(stream), err)
		}
	}
}

func firsts(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

// TestBuffered: a reader that has more than the next frame says so.
func TestBuffered(t *testing.T) {
	d, _, err := wire.NewDecoder(bytes.NewReader(encode([]wire.Frame{wire.Lost(1), wire.Lost(2)})))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		if _, err := d.Next(); err != nil || d.Buffered() != want {
			t.Errorf("buffered %t, want %t; %v", d.Buffered(), want, err)
		}
	}
}

func TestUnknownFrame(t *testing.T) {
	var e wire.Encoder
	b := e.AppendHeader(nil, header)
	b = append(b, 'X', 3, 1, 2, 3)
	b = e.AppendEnd(b, 0, 0, "")
	_, got, err := decode(bytes.NewReader(b))
	if diff := cmp.Diff([]wire.Frame{wire.End{}}, got); diff != "" || !errors.Is(err, io.EOF) {
		t.Errorf("error %v (-want +got):\n%s", err, diff)
	}
}

func TestRefuses(t *testing.T) {
	var e wire.Encoder
	begin := string(e.AppendHeader(nil, wire.Header{PID: 1}))
	probe, _, _ := e.AppendProbe(nil, everyType[3])
	for _, test := range []struct {
		stream string
		is     error
		want   string
	}{
		{"HTTP/1.1 200 OK", wire.ErrFormat, `begins with "HTTP/1.1"`},
		{wire.Magic + "\x02", wire.ErrVersion, "version 2, want 1"},
		{wire.Magic + "\x01\x01\xff\x7f", wire.ErrFormat, "a name of 16383 bytes"},
		{begin + "p\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", wire.ErrFormat, "without an end"},
		{begin + "p\xff\xff\xff\xff\x0f", wire.ErrFormat, "a frame of 4294967295 bytes"},
		{begin + "p\x02\xff\x7f", wire.ErrFormat, "ends too early"}, // a name of 16383 bytes
		{begin + "p\x00", wire.ErrFormat, "'p' of 0 bytes ends too early"},
		{begin + "p\x04\x00\x00\x00\x7f", wire.ErrFormat, "127 arguments"},
		{begin + "p\x07\x00\x00\x00\x01\x00\x00\x63", wire.ErrFormat, "of the type 99"},
		{begin + "l\x02\x01\x01", wire.ErrFormat, "has 1 too many"},
		{begin + "l\x01\xff", wire.ErrFormat, "ends too early"},
		{begin + "e\x01\x00", wire.ErrFormat, "probe 0 of 0"},
		{begin + "e\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", wire.ErrFormat, "of 0"},
		{begin + string(probe) + "e\x02\x00\x00", wire.ErrFormat, "ends too early"},
		{begin + string(probe) + "e\x12\x00\x00" + strings.Repeat("\x00", 12) + "\x00\x01x\x00",
			wire.ErrFormat, "ends too early"}, // a text that is longer than it was
	} {
		_, _, err := decode(strings.NewReader(test.stream))
		if !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.stream, err, test.want)
		}
	}
}

// TestBounds: what a stream may have is refused one more of.
func TestBounds(t *testing.T) {
	var e wire.Encoder
	b := e.AppendHeader(nil, header)
	for i := range wire.MaxProbes {
		var ok bool
		if b, _, ok = e.AppendProbe(b, wire.Probe{Name: strconv.Itoa(i)}); !ok {
			t.Fatal("no room")
		}
	}
	if _, _, ok := e.AppendProbe(nil, wire.Probe{}); ok {
		t.Error("the encoder has room for too many probes")
	}
	_, got, err := decode(bytes.NewReader(append(b, 'p', 0)))
	if len(got) != wire.MaxProbes || !errors.Is(err, wire.ErrFormat) {
		t.Errorf("%d frames, error %v", len(got), err)
	}
	var long wire.Encoder
	b = long.AppendHeader(nil, wire.Header{Command: strings.Repeat("c", wire.MaxName+1)})
	b, _, _ = long.AppendProbe(b, wire.Probe{Description: strings.Repeat("d", wire.MaxWords+1)})
	h, got, err := decode(bytes.NewReader(long.AppendEnd(b, 0, 0, "")))
	want := []wire.Frame{&wire.Probe{Description: strings.Repeat("d", wire.MaxWords)}, wire.End{}}
	if len(h.Command) != wire.MaxName || !cmp.Equal(want, got) {
		t.Errorf("texts that are too long are not cut: %v", err)
	}
}

// TestTable: an encoder introduces no more probes than a reader takes, also if they are long.
func TestTable(t *testing.T) {
	var e wire.Encoder
	b := e.AppendHeader(nil, header)
	n, ok := 0, true
	for ; ok; n++ {
		b, _, ok = e.AppendProbe(b, wire.Probe{
			Name: strconv.Itoa(n), Description: strings.Repeat("d", wire.MaxWords),
		})
	}
	_, got, err := decode(bytes.NewReader(e.AppendEnd(b, 0, 0, "")))
	if n < 1000 || len(got) != n || !errors.Is(err, io.EOF) { // the end, but not the last probe
		t.Errorf("%d probes, then %d frames: %v", n-1, len(got), err)
	}
}

// TestSameProbe: a probe that is declared as another was has its number.
func TestSameProbe(t *testing.T) {
	var e wire.Encoder
	for i, p := range everyType {
		if _, number, ok := e.AppendProbe(nil, p); number != i || !ok {
			t.Errorf("probe %d has the number %d", i, number)
		}
	}
	for i, p := range everyType {
		if b, number, ok := e.AppendProbe(nil, p); number != i || !ok || len(b) > 0 {
			t.Errorf("once more, probe %d has the number %d, %q", i, number, b)
		}
	}
	other := everyType[1]
	other.Args = slices.Clone(other.Args)
	other.Args[0].Name = "other"
	if _, number, ok := e.AppendProbe(nil, other); number != len(everyType) || !ok {
		t.Errorf("another probe has the number %d", number)
	}
}

// once returns frames with each probe once, as an encoder writes them.
func once(frames []wire.Frame) (all []wire.Frame) {
	known := make(map[string]int)
	var numbers []int
	for _, f := range frames {
		switch f := f.(type) {
		case *wire.Probe:
			declared := fmt.Sprintf("%q", *f)
			number, isKnown := known[declared]
			if !isKnown {
				number = len(known)
				known[declared] = number
				all = append(all, f)
			}
			numbers = append(numbers, number)
			continue
		case *wire.Event:
			f.Probe = numbers[f.Probe]
		}
		all = append(all, f)
	}
	return all
}

func TestReaderError(t *testing.T) {
	want := errors.New("connection reset")
	stream := encode(everyFrame())
	for _, n := range []int{0, 9, len(stream) / 2} {
		r := io.MultiReader(bytes.NewReader(stream[:n]), iotest.ErrReader(want))
		if _, _, err := decode(r); !errors.Is(err, want) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

// FuzzDecoder reads anything. What it accepts comes back when it is written again, but
// for probes that are declared alike, which come once.
func FuzzDecoder(f *testing.F) {
	stream := encode(everyFrame()[:7])
	f.Add(stream)
	f.Add(stream[len(stream)/2:])
	f.Add(append(stream, "p\xff\xff\xff\xff\x0f"...))
	f.Fuzz(func(t *testing.T, stream []byte) {
		h, frames, err := decode(bytes.NewReader(stream))
		if err == nil {
			t.Fatal("no end")
		}
		if len(frames) == 0 {
			return
		}
		frames = once(frames)
		var e wire.Encoder
		again := e.AppendHeader(nil, h)
		again = append(again, encode(frames)[len(e.AppendHeader(nil, header)):]...)
		h2, got, _ := decode(bytes.NewReader(again))
		if diff := cmp.Diff(frames, got); diff != "" || h != h2 {
			t.Errorf("header %v, then %v (-first +second):\n%s", h, h2, diff)
		}
	})
}
