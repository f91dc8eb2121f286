//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/stapsdt"
)

// firstBytes are the bytes that a traced site may begin with, by the form chosen: a breakpoint, and
// the instruction into which the kernel rewrites the site after the first hit.
var firstBytes = map[string][]byte{
	"amd64 nop": {0xcc}, "amd64 nop5": {0xcc, 0xe8}, "amd64 nop10": {0xcc, 0x48},
	"arm64 nop": {0xa0},
}

// TestSiteIsOptimized checks that the kernel rewrites a traced site into the instruction for which
// the form was chosen, and that Enabled is right before, during and after.
func TestSiteIsOptimized(t *testing.T) {
	p := newProvider(t)
	probe := stapsdt.MustProbe2[int64, int64](p, "p")
	mustLoad(t, p)
	form := goarch + " " + p.Info().Site
	known, ok := firstBytes[form]
	if !ok {
		t.Fatalf("unknown form %q", form)
	}
	idle := *probe.Site()
	if probe.Enabled() {
		t.Error("enabled before a tracer attached")
	}

	c := attach(t, &probe.Probe)
	if !probe.Enabled() {
		t.Error("disabled while a tracer is attached")
	}
	const fires = 1000
	for i := range int64(fires) {
		probe.Fire(i, -i)
	}
	if got, want := *probe.Site(), known[len(known)-1]; got != want {
		t.Errorf("%s: the traced site begins with %#x after %d hits, want %#x", form, got, fires, want)
	}
	if got := value(t, c); got != fires {
		t.Errorf("counted %d of %d fires", got, fires)
	}
	if !probe.Enabled() {
		t.Error("disabled while a tracer is attached and the site rewritten")
	}

	c.Close()
	if probe.Enabled() || *probe.Site() != idle {
		t.Errorf("after the tracer detached: enabled %v, first byte %#x, want %#x", probe.Enabled(),
			*probe.Site(), idle)
	}
	probe.Fire(1, 2)
}

// TestEnabledBytes changes one byte after the other. The bytes that gdb and other tracers change
// count. The bytes that follow the first byte of the site do not: a uprobe leaves them changed.
func TestEnabledBytes(t *testing.T) {
	p := newProvider(t)
	probe := stapsdt.MustProbe0(p, "p")
	mustLoad(t, p)
	code := probe.Code()
	protect(t, code, unix.PROT_READ|unix.PROT_WRITE)
	for i := range code {
		code[i] ^= 0xff
		if got, want := probe.Enabled(), i < stapsdt.EntrySize; got != want {
			t.Errorf("byte %d changed: enabled %v, want %v", i, got, want)
		}
		code[i] ^= 0xff
	}
	protect(t, code, unix.PROT_READ|unix.PROT_EXEC)
	if probe.Enabled() {
		t.Error("enabled when all bytes are back")
	}
	probe.Fire()
}

// protect sets the protection of the page that has code.
func protect(t *testing.T, code []byte, protection int) {
	t.Helper()
	start := unsafe.Pointer(unsafe.SliceData(code))
	within := uintptr(start) % uintptr(os.Getpagesize())
	page := unsafe.Slice((*byte)(unsafe.Add(start, -int(within))), os.Getpagesize())
	if err := unix.Mprotect(page, protection); err != nil {
		t.Fatal(err)
	}
}

// TestSiteOverride runs this test program again, because a process chooses only once.
func TestSiteOverride(t *testing.T) {
	if site := os.Getenv("STAPSDT_SITE"); site != "" {
		p := newProvider(t)
		stapsdt.MustProbe0(p, "p")
		err := p.Load()
		if site == "nop6" {
			if !errors.Is(err, stapsdt.ErrArgs) || !strings.Contains(err.Error(), "STAPSDT_SITE") {
				t.Errorf("Load: %v, want ErrArgs and the variable", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Info().Site; got != site {
			t.Errorf("site %s, want %s", got, site)
		}
		return
	}
	for _, site := range []string{"nop", "nop6"} {
		out, err := again(t, "TestSiteOverride", "STAPSDT_SITE="+site).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestSiteOverride") {
			t.Errorf("STAPSDT_SITE=%s: %v\n%s", site, err, out)
		}
	}
}
