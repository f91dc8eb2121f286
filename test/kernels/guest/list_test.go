//go:build linux && (amd64 || arm64)

package guest

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/stapsdt"
)

var machine = map[string]elf.Machine{
	"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64,
}[runtime.GOARCH]

// TestList reads the notes that tell tracers where the arguments are.
func TestList(t *testing.T) {
	backings(t, func(t *testing.T, p *stapsdt.Provider) {
		stapsdt.MustProbe0(p, "none")
		stapsdt.MustProbe6[int8, uint16, int32, uint64, float32, bool](p, "narrow")
		stapsdt.MustProbe4[int16, string, uint32, []byte](p, "texts")
		load(t, p)
		notes := list(t, p)
		for probe, sizes := range map[string][]int{
			"none":   nil,
			"narrow": {-1, 2, -4, 8, 4, 1},
			"texts":  {-2, 8, 4, 8, -8},
		} {
			var want []string
			for i, size := range sizes {
				want = append(want, fmt.Sprintf("%d@%s", size, registers[i].name))
			}
			if got := notes[probe].Args; got != strings.Join(want, " ") {
				t.Errorf("%s: arguments %q, want %q", probe, got, want)
			}
		}
	})
}

// TestSite checks that the right form of site was chosen for this kernel, which the one who
// booted it knows, and that the image has sites of that form.
func TestSite(t *testing.T) {
	backings(t, func(t *testing.T, p *stapsdt.Provider) {
		stapsdt.MustProbe0(p, "probe")
		load(t, p)
		site := p.Info().Site
		t.Logf("chosen site: %s", site)
		if want := os.Getenv("USDT_WANT_SITE"); want != "" && site != want {
			t.Errorf("want %s", want)
		}
		form, err := probesite.ParseForm(site)
		if err != nil {
			t.Fatal(err)
		}
		image, err := os.ReadFile(p.Path())
		if err != nil {
			t.Fatal(err)
		}
		code := image[list(t, p)["probe"].FileOffset:]
		if !bytes.HasPrefix(code, form.Code(machine)) {
			t.Errorf("site is % x, want % x", code[:min(len(code), 16)], form.Code(machine))
		}
	})
}
