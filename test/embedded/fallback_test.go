//go:build linux && (amd64 || arm64)

package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/block"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/testing/testbuild"
)

// TestMany: what has no slot is in an image.
func TestMany(t *testing.T) {
	needRoot(t)
	if os.Getenv(inside) == "" {
		t.Setenv(crowd, "1")
		path := filepath.Join(t.TempDir(), "program")
		if err := testbuild.Embed("/proc/self/exe", path, probesite.Nop); err != nil {
			t.Fatal(err)
		}
		run(t, command(t, path))
		return
	}
	load(t, many[0].Provider())
	embedded := 0
	for i, p := range many {
		if p.Path() == executable() {
			embedded++
		}
		if i%150 == 0 || i == len(many)-1 {
			c := count(t, p.Path(), p.Name())
			for _, p := range many {
				p.Fire(i)
			}
			expectCount(t, p.Name(), c, 1)
		}
	}
	if images := len(many[0].Provider().Info().Images); images != 2 {
		t.Errorf("%d images, want the program and one", images)
	}
	const before = 2 // the magic, and the probe of package early: the first by name get the slots
	if want := block.Slots - before; embedded != want {
		t.Errorf("%d probes are in the file, want %d", embedded, want)
	}
}

// TestChanged: a note of other arguments is not of this probe.
func TestChanged(t *testing.T) {
	if !isInside(t, wide+"=1") {
		return
	}
	load(t, shop)
	expectPath(t, changing, false)
	expectPath(t, &order.Probe, true)
	c := count(t, changing.Path(), "changing")
	if err := changing.Fire(int64(-1)); err != nil {
		t.Error(err)
	}
	expectCount(t, "in the image", c, 1)
}

// TestBacking: who chooses a backing gets images.
func TestBacking(t *testing.T) {
	if !isInside(t, "STAPSDT_BACKING=memfd") {
		return
	}
	load(t, shop)
	if !strings.HasPrefix(order.Path(), "/proc/") || order.Path() == executable() {
		t.Errorf("the path is %s, want that of a memfd", order.Path())
	}
}

// TestDisable: nothing is fired, though a tracer of the file is attached.
func TestDisable(t *testing.T) {
	if !isInside(t, "STAPSDT_DISABLE=1") {
		return
	}
	c := count(t, executable(), "order")
	load(t, shop)
	if order.Enabled() || order.Path() != "" {
		t.Errorf("enabled %v, path %q", order.Enabled(), order.Path())
	}
	order.Fire(1, "Ada")
	expectCount(t, "disabled", c, 0)
}

// TestNotEmbedded: the program as it was linked publishes an image.
func TestNotEmbedded(t *testing.T) {
	needRoot(t)
	if os.Getenv(inside) == "" {
		run(t, command(t, "/proc/self/exe"))
		return
	}
	load(t, shop)
	expectPath(t, &order.Probe, false)
	if skipped := shop.Info().Skipped; skipped != nil {
		t.Errorf("skipped %v", skipped)
	}
}
