//go:build !linux || (!amd64 && !arm64)

package stapsdt_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// TestUnsupported: on a platform without probes, everything else works.
func TestUnsupported(t *testing.T) {
	p := stapsdt.MustProvider("test", stapsdt.WithBacking(stapsdt.FileBacking))
	typed := stapsdt.MustProbe3[string, []byte, int64](p, "typed")
	dynamic, err := p.AddProbe("dynamic", stapsdt.String)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Load(); !errors.Is(err, errors.ErrUnsupported) ||
		!errors.Is(err, stapsdt.ErrUnsupported) {
		t.Errorf("Load: %v, want ErrUnsupported", err)
	}
	typed.Fire("text", []byte("bytes"), -1)
	if err := dynamic.Fire("text"); err != nil {
		t.Errorf("dynamic Fire: %v", err)
	}
	if err := dynamic.Fire(); !errors.Is(err, stapsdt.ErrArgs) {
		t.Errorf("dynamic Fire without its argument: %v, want ErrArgs", err)
	}
	if typed.Enabled() || dynamic.Enabled() || p.Loaded() || p.Path() != "" || typed.Path() != "" {
		t.Error("a probe says that it is loaded or enabled")
	}
	for range 2 {
		if err := errors.Join(p.Unload(), p.Close()); err != nil {
			t.Error(err)
		}
	}
	if err := p.Load(); !errors.Is(err, stapsdt.ErrClosed) {
		t.Errorf("Load after Close: %v", err)
	}
}

// TestLoadAllUnsupported: the errors say which providers are not loaded.
func TestLoadAllUnsupported(t *testing.T) {
	for _, name := range []string{"first", "second"} {
		p := stapsdt.MustProvider(name)
		defer p.Close()
		stapsdt.MustProbe0(p, "probe")
	}
	err := stapsdt.Load()
	if !errors.Is(err, stapsdt.ErrUnsupported) {
		t.Errorf("Load: %v, want ErrUnsupported", err)
	}
	for _, part := range []string{"load first: ", "load second: "} {
		if err != nil && !strings.Contains(err.Error(), part) {
			t.Errorf("Load: %v; want it to contain %q", err, part)
		}
	}
	if err := stapsdt.Unload(); err != nil {
		t.Error(err)
	}
}
