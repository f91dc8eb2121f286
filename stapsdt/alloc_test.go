//go:build linux && cgo && (amd64 || arm64) && !race

package stapsdt_test

import (
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// TestAllocs checks that no path allocates. Arguments are variables, and strings are longer than
// those that the runtime keeps in a call's frame, so that nothing is free by accident. The test is
// not for the race detector, which makes sync.Pool drop buffers.
func TestAllocs(t *testing.T) {
	provider := newProvider(t)
	p0 := stapsdt.MustProbe0(provider, "p0")
	p1 := stapsdt.MustProbe1[label](provider, "p1")
	p3 := stapsdt.MustProbe3[packet, celsius, uint16](provider, "p3")
	p4 := stapsdt.MustProbe4[int8, int16, string, uintptr](provider, "p4")
	p5 := stapsdt.MustProbe5[int, uint, uint8, []byte, string](provider, "p5")
	p2 := stapsdt.MustProbe2[int64, uint32](provider, "p2")
	text := stapsdt.MustProbe2[string, int64](provider, "text")
	bytes := stapsdt.MustProbe2[[]byte, float64](provider, "bytes")
	p6 := stapsdt.MustProbe6[string, string, int8, bool, float32, uint64](provider, "p6")
	dynamic, err := provider.AddProbe("dynamic", stapsdt.Int64, stapsdt.String)
	if err != nil {
		t.Fatal(err)
	}

	n, s, long, raw := int64(123456), strings.Repeat("s", 63), strings.Repeat("l", 5000), make([]byte,
		300)
	paths := []struct {
		name string
		f    func()
	}{
		{"Enabled", func() { _ = p2.Enabled() }},
		{"Fire0", func() { p0.Fire() }},
		{"Fire2 integers", func() { p2.Fire(n, uint32(n)) }},
		{"Fire2 string", func() { text.Fire(s, n) }},
		{"Fire2 long string", func() { text.Fire(long, n) }},
		{"Fire2 bytes", func() { bytes.Fire(raw, float64(n)) }},
		{"Fire1 named string", func() { p1.Fire(label(s)) }},
		{"Fire3 named bytes", func() { p3.Fire(raw, celsius(n), uint16(n)) }},
		{"Fire4", func() { p4.Fire(int8(n), int16(n), s, uintptr(n)) }},
		{"Fire5", func() { p5.Fire(int(n), uint(n), uint8(n), raw, s) }},
		{"Fire6", func() { p6.Fire(s, s, int8(n), n > 1, float32(n), uint64(n)) }},
		{"dynamic Fire", func() { _ = dynamic.Fire(n, s) }},
	}
	check := func(state string) {
		t.Helper()
		for _, path := range paths {
			if got := testing.AllocsPerRun(200, path.f); got != 0 {
				t.Errorf("%s, %s: %v allocations, want 0", path.name, state, got)
			}
		}
	}
	check("not loaded")
	for _, p := range provider.Probes() {
		forced(p)
	}
	check("enabled")
	for _, p := range provider.Probes() {
		p.Unforce()
	}
	mustLoad(t, provider)
	check("disabled")
	if p2.Enabled() {
		t.Error("probe is enabled although nobody is attached")
	}
	mustListen(t, stapsdt.ListenConfig{}, "test:*")
	counter, err := stapsdt.Count("test:*")
	if err != nil {
		t.Fatal(err)
	}
	defer counter.Close()
	check("heard and counted")
}
