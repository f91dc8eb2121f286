//go:build amd64

// Package figures draws the figures of the book that show real bytes, and holds them up to date:
// go test ./test/figures -update writes them.
package figures

import (
	"bytes"
	"debug/elf"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/stapsdt"
)

var update = flag.Bool("update", false, "write the figures")

// TestMain chooses the site that the figure has: it is not that of every kernel.
func TestMain(m *testing.M) {
	flag.Parse()
	for name, value := range map[string]string{
		probesite.Env: probesite.Nop5.String(), "STAPSDT_DISABLE": "", "STAPSDT_BACKING": "memfd",
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

// TestImage: docs/figures/image.svg shows the image that the library publishes.
func TestImage(t *testing.T) {
	shop := stapsdt.MustProvider("shop")
	stapsdt.MustProbe2[uint64, string](shop, "order_start", "id", "customer")
	stapsdt.MustProbe2[uint64, int32](shop, "order_end", "id", "cents")
	if err := shop.Load(); err != nil {
		t.Fatal(err)
	}
	defer shop.Close()
	content, err := os.ReadFile(shop.Path())
	if err != nil {
		t.Fatal(err)
	}
	file, err := elf.NewFile(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	notes, err := sdtnote.Read(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := sdtnote.ReadRaw(bytes.NewReader(content), notes[0])
	if err != nil {
		t.Fatal(err)
	}
	got := drawImage(content, file, raw)
	name := filepath.Join("..", "..", "docs", "figures", "image.svg")
	if *update {
		if err := os.WriteFile(name, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the library writes (%v): go test ./test/figures -update", name, err)
	}
}
