package stapsdt_test

import (
	"testing"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

func TestSignature(t *testing.T) {
	type level uint8
	p := heardProvider(t, "signature")
	dynamic, err := p.AddProbe("dynamic", stapsdt.Bytes, stapsdt.Int8, stapsdt.Float32)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		probe *stapsdt.Probe
		want  string
	}{
		{&stapsdt.MustProbe0(p, "none").Probe, ""},
		{&stapsdt.MustProbe2[uint64, string](p, "two", "id", "customer").Probe,
			"id uint64, customer string"},
		{&stapsdt.MustProbe4[[]byte, int, uint, uintptr](p, "four").Probe,
			"arg0 []byte, arg2 int, arg3 uint, arg4 uintptr"},
		{&stapsdt.MustProbe3[level, time.Duration, bool](p, "own", "a", "b", "c").Probe,
			"a stapsdt_test.level, b time.Duration, c bool"},
		{dynamic, "arg0 []byte, arg2 int8, arg3 float32"},
	} {
		if got := test.probe.Signature(); got != test.want {
			t.Errorf("%s: %q, want %q", test.probe.Name(), got, test.want)
		}
	}
}

func TestDescription(t *testing.T) {
	probe := stapsdt.MustProbe0(heardProvider(t, "description"), "p")
	if got := probe.Description(); got != "" {
		t.Errorf("a description %q that nobody wrote", got)
	}
	if got := probe.Describe("Said.").Description(); got != "Said." {
		t.Errorf("the description is %q", got)
	}
}

func TestHeard(t *testing.T) {
	probe := stapsdt.MustProbe0(heardProvider(t, "isheard"), "p")
	if probe.Heard() || probe.Traced() {
		t.Error("heard or traced while nobody is there")
	}
	l := mustListen(t, stapsdt.ListenConfig{}, "isheard:*")
	if !probe.Heard() || probe.Traced() {
		t.Error("a listener counts as a tracer, or is none")
	}
	l.Close()
	if probe.Heard() {
		t.Error("heard when the listener is closed")
	}
}
