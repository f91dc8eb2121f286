package stapsdttest_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

type (
	status int8
	name   string
	data   []byte
	toggle bool
)

func (s status) String() string { return fmt.Sprintf("status %d", int8(s)) }

// TestFired gives constants, as in a call of Fire, the declared types.
func TestFired(t *testing.T) {
	p := provider(t, "fired")
	signed := stapsdt.MustProbe6[int8, int16, int32, int64, int, status](p, "signed")
	unsigned := stapsdt.MustProbe6[uint8, uint16, uint32, uint64, uint, uintptr](p, "unsigned")
	others := stapsdt.MustProbe5[toggle, float32, float64, time.Duration, name](p, "others")
	bytes := stapsdt.MustProbe2[data, []byte](p, "bytes")
	dynamic, err := p.AddProbe("dynamic", stapsdt.Uint8, stapsdt.String)
	if err != nil {
		t.Fatal(err)
	}
	r := stapsdttest.Record(t, p)
	signed.Fire(-128, -1, 1, math.MinInt64, -2, 3)
	unsigned.Fire(255, 1, 2, math.MaxUint64, 3, 4)
	others.Fire(true, 0.1, 1, time.Second, "Ada")
	bytes.Fire(data("x"), nil)
	if err := dynamic.Fire(1, "x"); err != nil {
		t.Fatal(err)
	}
	want := []stapsdttest.Event{
		stapsdttest.Fired(signed, -128, -1, 1, int64(math.MinInt64), -2, 3),
		stapsdttest.Fired(unsigned, 255, 1, 2, uint64(math.MaxUint64), 3, 4),
		stapsdttest.Fired(others, true, 0.1, 1, time.Second, "Ada"),
		stapsdttest.Fired(bytes, []byte("x"), []byte{}),
		stapsdttest.Fired(dynamic, 1, "x"),
	}
	if got := r.Events(); !reflect.DeepEqual(want, got) {
		t.Errorf("events (-want +got):\n%s", cmp.Diff(want, got))
	}
}

// TestFiredKeeps leaves what does not fit as it is.
func TestFiredKeeps(t *testing.T) {
	p := provider(t, "firedkeeps")
	signed := stapsdt.MustProbe1[int8](p, "signed")
	unsigned := stapsdt.MustProbe1[uint8](p, "unsigned")
	long := stapsdt.MustProbe1[int64](p, "long")
	text := stapsdt.MustProbe1[string](p, "text")
	bytes := stapsdt.MustProbe1[[]byte](p, "bytes")
	float := stapsdt.MustProbe1[float64](p, "float")
	for _, test := range []struct {
		probe stapsdttest.Probe
		arg   any
	}{
		{signed, 128}, {signed, "1"}, {signed, 1.0}, {signed, uint64(128)}, {signed, nil},
		{unsigned, -1}, {unsigned, 256}, {unsigned, uint16(256)}, {long, uint64(1 << 63)},
		{text, 65}, {text, stapsdttest.Any}, {text, []byte("A")},
		{bytes, "A"}, {bytes, []int{1}}, {float, "1"}, {float, true},
	} {
		e := stapsdttest.Fired(test.probe, test.arg)
		if !reflect.DeepEqual(e.Args, []any{test.arg}) {
			t.Errorf("%s with %#v: %#v", e.Probe, test.arg, e.Args)
		}
	}
	for _, args := range [][]any{{}, {1, 2}} {
		if e := stapsdttest.Fired(signed, args...); len(e.Args) != len(args) {
			t.Errorf("%v became %v", args, e.Args)
		}
	}
}

// TestFiredCopies keeps the caller's slice as it was.
func TestFiredCopies(t *testing.T) {
	probe := stapsdt.MustProbe1[int8](provider(t, "firedcopies"), "p")
	args := []any{1}
	e := stapsdttest.Fired(probe, args...)
	if args[0] != 1 || e.Args[0] != int8(1) {
		t.Errorf("arguments %#v, event %#v", args, e)
	}
}

func TestString(t *testing.T) {
	p := provider(t, "string")
	named := stapsdt.MustProbe5[status, name, data, time.Duration, bool](p, "named",
		"status", "customer", "body", "took", "ok")
	unnamed := stapsdt.MustProbe2[int, string](p, "unnamed")
	for _, test := range []struct {
		event stapsdttest.Event
		want  string
	}{
		{stapsdttest.Fired(named, 2, "A\"\n", []byte("\xff"), 1500*time.Millisecond, false),
			`string:named status=status 2 customer="A\"\n" body="\xff" took=1.5s ok=false`},
		{stapsdttest.Fired(named, stapsdttest.Any, stapsdttest.Any, data{}, 0, true),
			`string:named status=_ customer=_ body="" took=0s ok=true`},
		{stapsdttest.Fired(named, 2), `string:named status 2`},
		{stapsdttest.Fired(unnamed, 1, strings.Repeat("é", 101)),
			`string:unnamed 1 "` + strings.Repeat("é", 100) + `"… (202 bytes)`},
		{stapsdttest.Event{Probe: "other:p", Args: []any{nil, []int{1}}}, "other:p <nil> [1]"},
		{stapsdttest.Event{}, ""},
	} {
		if got := test.event.String(); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}
