//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// TestListenBesideTracer: a tracer and a listener come and go in every order, and each gets all.
func TestListenBesideTracer(t *testing.T) {
	p := newProvider(t)
	probe := stapsdt.MustProbe2[int, string](p, "p")
	mustLoad(t, p)
	fired, heard, traced := 0, 0, uint64(0)
	fire := func() {
		probe.Fire(fired, "text")
		fired++
	}
	for i := range 8 {
		tracer := attach(t, &probe.Probe)
		l := mustListen(t, stapsdt.ListenConfig{}, "test:p")
		fire()
		heard++
		traced++
		if i&1 != 0 {
			if err := p.Unload(); err != nil {
				t.Fatal(err)
			}
			fire() // for the listener alone
			heard++
		}
		if i&2 != 0 {
			l.Close()
		}
		mustLoad(t, p)
		fire()
		if i&2 == 0 {
			heard++
		}
		if i&1 == 0 {
			traced++ // the tracer is at the image of before
		}
		if got := value(t, tracer); got != traced {
			t.Fatalf("round %d: the tracer counts %d fires, want %d", i, got, traced)
		}
		tracer.Close()
		if got := len(argsOf(l)); got != heard {
			t.Fatalf("round %d: the listener has %d events, want %d", i, got, heard)
		}
		heard, traced = 0, 0
		if probe.Enabled() {
			t.Fatalf("round %d: enabled when tracer and listener have left", i)
		}
	}
}
