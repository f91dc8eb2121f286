//go:build linux && (amd64 || arm64)

package guest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/stapsdt"
	_ "github.com/go-usdt/usdt/stapsdt/static"
)

// early is declared before main, so that it can be in the program's file.
var (
	early      = stapsdt.MustProvider("early")
	earlyShots = slices.Concat(numbers(early), sixes(early))
)

// isEmbedded is set in the environment of the process that has the probes in its file.
const isEmbedded = "USDT_EMBEDDED"

// TestEmbedded runs a copy of this program that has its probes in its file. There perf events
// sample the registers, and then the engine of usdt attaches.
func TestEmbedded(t *testing.T) {
	needRoot(t)
	if os.Getenv(isEmbedded) == "" {
		path := filepath.Join(t.TempDir(), "embedded")
		if err := testbuild.Embed("/proc/self/exe", path, probesite.Nop); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(path, "-test.run=^TestEmbedded$", "-test.v")
		cmd.Env = append(os.Environ(), isEmbedded+"=1", "USDT_GUEST=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%v: %v", cmd, err)
		}
		t.Logf("%s", out)
		return
	}
	load(t, early)
	if want := fmt.Sprintf("/proc/%d/exe", os.Getpid()); early.Path() != want {
		t.Fatalf("the path is %s, want %s: %v", early.Path(), want, early.Info().Skipped)
	}
	t.Run("samples", func(t *testing.T) { checkShots(t, early, earlyShots) })
	t.Run("engine", checkEngine)
}

// checkEngine traces with the engine, and looks at the code of the last probe meanwhile.
func checkEngine(t *testing.T) {
	t.Helper()
	probes := earlyProbes(t)
	tracer, err := uprobe.Trace(probes, uprobe.TraceOptions{Options: uprobe.Options{PID: os.Getpid()}})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range earlyShots {
		s.fire()
		if name, got := nextEvent(t, tracer, probes); name != s.probe || !slices.Equal(got, s.want) {
			t.Errorf("usdt reads %s %#x, want %s %#x", name, got, s.probe, s.want)
		}
	}
	last := earlyShots[len(earlyShots)-1].probe
	i := slices.IndexFunc(probes, func(p uprobe.Probe) bool { return p.Name == last })
	nop := probesite.Nop.Code(machine)
	site := probes[i].Sites[0].Note.Address // the program is loaded where it was linked
	if os.Getenv("USDT_WANT_SITE") == probesite.Nop10.String() {
		// After a hit, the kernel has replaced the better no-op behind the plain one.
		expectMemory(t, site, string(nop)+"\x48\x8d\x64\x24\x80\xe8")
	} else {
		trap := map[string]string{"amd64": "\xcc", "arm64": "\xa0\x00\x20\xd4"}
		expectMemory(t, site, trap[runtime.GOARCH])
	}
	if err := tracer.Close(); err != nil {
		t.Error(err)
	}
	expectMemory(t, site, string(nop))
}

// earlyProbes returns what usdt finds in this process.
func earlyProbes(t *testing.T) (probes []uprobe.Probe) {
	t.Helper()
	objects, err := process.Read(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		for _, n := range o.Notes {
			probes = append(probes, uprobe.Probe{Provider: n.Provider, Name: n.Name, Sites: []uprobe.Site{
				{Path: o.Path, Dev: o.Dev, Inode: o.Inode, Note: n, Behind: o.Behind[n.FileOffset]}}})
		}
	}
	return probes
}

// nextEvent waits for an event, and returns the name of the probe and the arguments.
func nextEvent(t *testing.T, tracer *uprobe.Tracer, probes []uprobe.Probe) (string, []uint64) {
	t.Helper()
	var ev uprobe.Event
	err := os.ErrDeadlineExceeded
	for limit := time.Now().Add(testenv.Patience); errors.Is(err, os.ErrDeadlineExceeded); {
		if time.Now().After(limit) {
			t.Fatal("no event")
		}
		err = tracer.Next(&ev)
	}
	if err != nil {
		t.Fatal(err)
	}
	var args []uint64
	for i := range probes[ev.Probe].Args() {
		if !ev.Args[i].Read {
			t.Errorf("argument %d of %s was not read", i, probes[ev.Probe].Name)
		}
		args = append(args, ev.Args[i].Int)
	}
	return probes[ev.Probe].Name, args
}
