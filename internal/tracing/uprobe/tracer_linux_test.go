package uprobe_test

import (
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
)

func unsigned(n uint64) uprobe.Value { return uprobe.Value{Int: n, Read: true} }
func signed(n int64) uprobe.Value    { return unsigned(uint64(n)) }

func TestTraceIntegers(t *testing.T) {
	var narrow *stapsdt.Probe6[int8, uint8, int16, uint16, int32, uint32]
	var wide *stapsdt.Probe3[int64, uint64, bool]
	p := provider(t, func(p *stapsdt.Provider) {
		narrow = stapsdt.MustProbe6[int8, uint8, int16, uint16, int32, uint32](p, "narrow")
		wide = stapsdt.MustProbe3[int64, uint64, bool](p, "wide")
	})
	probes := find(t, p, "narrow", "wide")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: o})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, tracer)
		narrow.Fire(math.MinInt8, math.MaxUint8, math.MinInt16, math.MaxUint16,
			math.MinInt32, math.MaxUint32)
		wide.Fire(math.MinInt64, math.MaxUint64, true)
		narrow.Fire(-1, 1, -2, 2, -3, 3)
		want := []event{
			{0, []uprobe.Value{
				signed(math.MinInt8), unsigned(math.MaxUint8), signed(math.MinInt16),
				unsigned(math.MaxUint16), signed(math.MinInt32), unsigned(math.MaxUint32),
			}},
			{1, []uprobe.Value{signed(math.MinInt64), unsigned(math.MaxUint64), unsigned(1)}},
			{0, []uprobe.Value{
				signed(-1), unsigned(1), signed(-2), unsigned(2), signed(-3), unsigned(3),
			}},
		}
		if diff := cmp.Diff(want, receive(t, tracer)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if lost, err := tracer.Lost(); lost != 0 || err != nil {
			t.Errorf("lost %d, %v", lost, err)
		}
	})
}

func TestTraceCaptures(t *testing.T) {
	var text *stapsdt.Probe2[string, int32]
	var bytes *stapsdt.Probe1[[]byte]
	var address *stapsdt.Probe1[uintptr]
	p := provider(t, func(p *stapsdt.Provider) {
		text = stapsdt.MustProbe2[string, int32](p, "text")
		bytes = stapsdt.MustProbe1[[]byte](p, "bytes")
		address = stapsdt.MustProbe1[uintptr](p, "address")
	})
	probes := find(t, p, "text", "bytes", "address")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		const limit = 10
		tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{
			Options: o,
			Captures: [][]uprobe.Capture{
				{{Arg: 0, Length: -1, Max: limit}},
				{{Arg: 0, Length: 1, Max: limit}},
				{{Arg: 0, Length: -1, Max: limit}},
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		closing(t, tracer)
		texts := []string{
			"", "a", "grüße",
			strings.Repeat("x", limit), strings.Repeat("y", limit+1), strings.Repeat("z", 5000),
		}
		for i, s := range texts {
			text.Fire(s, int32(-i))
			bytes.Fire([]byte("\x00" + s))
		}
		bytes.Fire(nil)
		address.Fire(1)
		got := receive(t, tracer)
		if len(got) != 2*len(texts)+2 {
			t.Fatalf("%d events: %v", len(got), got)
		}
		for i, s := range texts {
			checkCapture(t, got[2*i].Args[0], s, limit, true)
			checkCapture(t, got[2*i+1].Args[0], "\x00"+s, limit, false)
			if n := int32(got[2*i].Args[1].Int); n != int32(-i) {
				t.Errorf("number %d beside %q", n, s)
			}
		}
		if v := got[2*len(texts)].Args[0]; !v.Captured || v.Length != 0 {
			t.Errorf("no bytes: %+v", v)
		}
		if v := got[2*len(texts)+1].Args[0]; v.Captured || !v.Read || v.Int != 1 {
			t.Errorf("bad address: %+v", v)
		}
	})
}

// checkCapture compares a capture with the text or bytes that were passed. The length of a text
// that was cut is not known.
func checkCapture(t *testing.T, v uprobe.Value, want string, limit int, isText bool) {
	t.Helper()
	cut := len(want) > limit
	length := uint64(len(want))
	if isText && cut {
		length = uint64(limit + 1)
	}
	data := want[:min(len(want), limit)]
	if !v.Captured || string(v.Data) != data || v.Cut != cut || v.Length != length {
		t.Errorf("%q: %+v", want, v)
	}
}

// TestEveryEventCounts fires faster than events can be read. Each event must be received or counted
// as lost.
func TestEveryEventCounts(t *testing.T) {
	var numbers *stapsdt.Probe2[uint64, uint64]
	p := provider(t, func(p *stapsdt.Provider) {
		numbers = stapsdt.MustProbe2[uint64, uint64](p, "numbers")
	})
	probes := find(t, p, "numbers")
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		for name, size := range map[string]int{"default buffer": 0, "small buffer": 4096} {
			t.Run(name, func(t *testing.T) {
				options := uprobe.TraceOptions{Options: o, BufferBytes: size}
				tracer, err := uprobe.Trace(probes, options)
				if err != nil {
					t.Fatal(err)
				}
				closing(t, tracer)
				lost := testEveryEventCounts(t, tracer, numbers.Fire)
				if size != 0 && lost == 0 {
					t.Error("nothing was lost, so the count of lost events was not tested")
				}
			})
		}
	})
}

func testEveryEventCounts(
	t *testing.T, tracer *uprobe.Tracer, fire func(goroutine, n uint64),
) (lost uint64) {
	const goroutines = 4
	perGoroutine := uint64(250_000)
	if testing.Short() {
		perGoroutine /= 10
	}
	done := make(chan struct{}, goroutines)
	for g := range uint64(goroutines) {
		go func() {
			for n := range perGoroutine {
				fire(g, n)
			}
			done <- struct{}{}
		}()
	}
	var received uint64
	read := func(ev uprobe.Event) {
		received++
		g, n := ev.Args[0].Int, ev.Args[1].Int
		if g >= goroutines || n >= perGoroutine {
			t.Fatalf("event %d, %d", g, n)
		}
	}
	for running := goroutines; running > 0; {
		var ev uprobe.Event
		if err := tracer.Next(&ev); err == nil {
			read(ev)
			continue
		}
		select {
		case <-done:
			running--
		default:
			runtime.Gosched()
		}
	}
	for _, ev := range receive(t, tracer) {
		read(uprobe.Event{Args: ev.Args})
	}
	lost, err := tracer.Lost()
	if want := goroutines * perGoroutine; err != nil || received+lost != want {
		t.Errorf("received %d + lost %d = %d, want %d; %v",
			received, lost, received+lost, want, err)
	}
	t.Logf("received %d, lost %d", received, lost)
	return lost
}
