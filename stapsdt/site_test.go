//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"os"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/stapsdt"
)

// firstBytes is what a traced site begins with, by the form chosen: a breakpoint, or what the
// kernel rewrites the site into after the first hit.
var firstBytes = map[string][]byte{
	"amd64 nop": {0xcc}, "amd64 nop5": {0xcc, 0xe8}, "amd64 nop10": {0xcc, 0x48},
	"arm64 nop": {0x00},
}

// TestSiteIsOptimised checks that the kernel rewrites a traced site into the form that makes the
// choice worth while, and that Enabled is right before, during and after.
func TestSiteIsOptimised(t *testing.T) {
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
		t.Errorf("after the tracer detached: enabled %v, first byte %#x, want %#x", probe.Enabled(), *probe.Site(), idle)
	}
	probe.Fire(1, 2)
}

// TestEnabledBytes changes one byte after the other: those that gdb and the other tracers change count, but not
// those that a uprobe leaves changed behind the first of its site.
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
		if err := p.Load(); err != nil {
			t.Fatal(err)
		}
		if got := p.Info().Site; got != site {
			t.Errorf("site %s, want %s", got, site)
		}
		return
	}
	for site, want := range map[string]string{"nop": "PASS", "nop6": "STAPSDT_SITE"} {
		if out, _ := again(t, "TestSiteOverride", "STAPSDT_SITE="+site).CombinedOutput(); !strings.Contains(string(out), want) {
			t.Errorf("STAPSDT_SITE=%s: no %q in\n%s", site, want, out)
		}
	}
}
