//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

const aloneEnv = "STAPSDT_TEST_ALONE"

// alone reports whether the test is alone with its providers. If not, it runs the test again in a
// process where it is: there it has closed those of the examples.
func alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(aloneEnv) == "" {
		passesAgain(t, t.Name(), aloneEnv+"=1")
		return false
	}
	closeAll(t)
	return true
}

func closeAll(t *testing.T) {
	t.Helper()
	if err := stapsdt.Close(); err != nil {
		t.Error(err)
	}
	if left := stapsdt.Providers(); len(left) > 0 || stapsdt.Following() {
		t.Errorf("after Close: providers %v, later ones are loaded: %t", left, stapsdt.Following())
	}
}

// waitFor waits for a condition.
func waitFor(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testenv.Patience); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s in %v", what, testenv.Patience)
		}
	}
}

// declare returns a provider with probes.
func declare(name string, probes int, options ...stapsdt.Option) *stapsdt.Provider {
	p := stapsdt.MustProvider(name, options...)
	for i := range probes {
		stapsdt.MustProbe1[int64](p, fmt.Sprint("probe", i))
	}
	return p
}

// nowhere has named files in no directory.
func nowhere(t *testing.T) stapsdt.Option {
	t.Helper()
	missing := t.TempDir() + "/missing"
	for _, name := range []string{"STAPSDT_DIR", "XDG_RUNTIME_DIR", "TMPDIR"} {
		t.Setenv(name, missing)
	}
	return func(p *stapsdt.Provider) {
		stapsdt.WithBacking(stapsdt.FileBacking)(p)
		stapsdt.WithDir(missing)(p)
	}
}

// TestLoadAll: all providers are tried, and the errors name those that fail.
func TestLoadAll(t *testing.T) {
	if !alone(t) {
		return
	}
	lacking := nowhere(t)
	first, second := declare("first", 1), declare("second", 2, lacking)
	third, fourth := declare("third", 0, lacking), declare("fourth", 1, lacking)
	fifth := declare("fifth", 1)
	err := stapsdt.Load()
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("Load: %v, want it to be %v", err, os.ErrNotExist)
	}
	lines := strings.Split(err.Error(), "stapsdt: load ")
	if len(lines) != 3 || !strings.HasPrefix(lines[1], "second: ") ||
		!strings.HasPrefix(lines[2], "fourth: ") {
		t.Errorf("Load: %v; want errors of second and fourth, in this order", err)
	}
	if !first.Loaded() || second.Loaded() || third.Loaded() || fourth.Loaded() || !fifth.Loaded() {
		t.Error("not exactly first and fifth are loaded")
	}
	if e := second.Info().Err; e == nil || !strings.Contains(err.Error(), e.Error()) {
		t.Errorf("Info says %v", e)
	}
	if e := errors.Join(first.Info().Err, third.Info().Err); e != nil {
		t.Errorf("Info says %v of what is loaded", e)
	}
	if err := stapsdt.Unload(); err != nil || first.Loaded() || fifth.Loaded() {
		t.Errorf("Unload: %v, first loaded %t, fifth %t", err, first.Loaded(), fifth.Loaded())
	}
	if err := first.Close(); err != nil {
		t.Error(err)
	}
	t.Setenv("STAPSDT_BACKING", "memfd")
	if err := stapsdt.Load(); err != nil || first.Loaded() || !second.Loaded() || !fourth.Loaded() {
		t.Errorf("Load: %v, loaded: closed %t, second %t, fourth %t", err, first.Loaded(),
			second.Loaded(), fourth.Loaded())
	}
	if err := second.Info().Err; err != nil {
		t.Errorf("Info still says %v", err)
	}
	closeAll(t)
	if err := second.Load(); !errors.Is(err, stapsdt.ErrClosed) {
		t.Errorf("Load after Close: %v", err)
	}
	if err := stapsdt.Load(); err != nil {
		t.Errorf("Load of nothing: %v", err)
	}
	closeAll(t)
}

// TestLoadLater: what is declared after Load is loaded, together if it is declared together.
func TestLoadLater(t *testing.T) {
	if !alone(t) {
		return
	}
	early := declare("early", 1)
	if err := stapsdt.Load(); err != nil {
		t.Fatal(err)
	}
	release := stapsdt.HoldAll()
	late, off := declare("late", 20), declare("off", 1)
	added := stapsdt.MustProbe0(early, "added")
	failing := declare("failing", 1, nowhere(t))
	if late.Loaded() {
		t.Error("a declaration loads in the foreground")
	}
	release()
	waitFor(t, "error", func() bool { return failing.Info().Err != nil }) // it is the last
	if n := len(late.Info().Images); n != 1 || !off.Loaded() || added.Path() == "" {
		t.Errorf("20 new probes are in %d images, another provider %t, one more probe in %q", n,
			off.Loaded(), added.Path())
	}
	if err := failing.Info().Err; !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Info says %v", err)
	}

	// What was unloaded on its own stays so, also when it gets a probe.
	if err := off.Unload(); err != nil {
		t.Error(err)
	}
	stapsdt.MustProbe0(off, "added")
	last := declare("last", 1)
	waitFor(t, "last provider", last.Loaded) // off is before it
	if off.Loaded() {
		t.Error("an unloaded provider was loaded")
	}
	t.Setenv("STAPSDT_BACKING", "memfd")
	if err := stapsdt.Load(); err != nil || !off.Loaded() || !failing.Loaded() {
		t.Errorf("Load: %v, loaded: unloaded %t, failed %t", err, off.Loaded(), failing.Loaded())
	}

	// Its own Load ends that, too.
	if err := errors.Join(off.Unload(), off.Load()); err != nil {
		t.Error(err)
	}
	again := stapsdt.MustProbe0(off, "again")
	waitFor(t, "probe of a provider that is loaded again", func() bool { return again.Path() != "" })

	// After Unload, neither what is declared later is loaded nor what was declared before.
	release = stapsdt.HoldAll()
	before := declare("before", 1)
	release()
	if err := stapsdt.Unload(); err != nil || stapsdt.Following() {
		t.Errorf("Unload: %v, later ones are loaded: %t", err, stapsdt.Following())
	}
	after := declare("after", 1)
	if err := after.Load(); err != nil {
		t.Error(err)
	}
	afterwards := stapsdt.MustProbe0(after, "afterwards")
	stapsdt.LoadAdded()
	if afterwards.Path() != "" {
		t.Error("after Unload, a Load of one provider has its later probes loaded")
	}
	if err := after.Unload(); err != nil {
		t.Error(err)
	}
	for _, p := range []*stapsdt.Provider{early, late, before, after} {
		if p.Loaded() {
			t.Errorf("%s is loaded after Unload", p.Name())
		}
	}
	closeAll(t)
}

// TestGather: as long as declarations come, they wait, but not for ever.
func TestGather(t *testing.T) {
	if !alone(t) {
		return
	}
	*stapsdt.QuietTime, *stapsdt.GatherTime = time.Hour, time.Hour
	if err := stapsdt.Load(); err != nil {
		t.Fatal(err)
	}
	p := declare("gather", 1)
	*stapsdt.QuietTime = 0 // another declaration is the last
	stapsdt.MustProbe0(p, "second")
	waitFor(t, "image", p.Loaded)

	*stapsdt.QuietTime, *stapsdt.GatherTime = time.Hour, 0
	stapsdt.MustProbe0(p, "third")
	if n := len(p.Info().Images); n != 1 {
		t.Errorf("%d images, want 1", n)
	}
	fourth := stapsdt.MustProbe0(p, "fourth") // now they have waited long enough
	waitFor(t, "second image", func() bool { return fourth.Path() != "" })
	if n := len(p.Info().Images); n != 2 {
		t.Errorf("%d images, want 2", n)
	}
	closeAll(t)
}

// TestTimerTwice: when the timer of a wait goes off again, the next wait goes on.
func TestTimerTwice(t *testing.T) {
	if !alone(t) {
		return
	}
	if err := stapsdt.Load(); err != nil {
		t.Fatal(err)
	}
	wait := stapsdt.Waits()
	first := declare("first", 1)
	waitFor(t, "image", first.Loaded)
	stapsdt.LoadNew(wait) // no wait follows yet

	*stapsdt.QuietTime, *stapsdt.GatherTime = time.Hour, time.Hour
	second := declare("second", 1)
	stapsdt.LoadNew(wait)
	if second.Loaded() {
		t.Error("the timer of the last wait has ended this one")
	}
	*stapsdt.QuietTime = 0
	stapsdt.MustProbe0(second, "last")
	waitFor(t, "second image", second.Loaded)
	if got := stapsdt.Waits(); got > wait+2 {
		t.Errorf("%d waits, want 2", got-wait)
	}
	closeAll(t)
}

// TestDescribeLater: a description that comes when its probe is loaded is in the next image.
func TestDescribeLater(t *testing.T) {
	if !alone(t) {
		return
	}
	if err := stapsdt.Load(); err != nil {
		t.Fatal(err)
	}
	p := stapsdt.MustProvider("later")
	probe := stapsdt.MustProbe1[int](p, "p", "n")
	waitFor(t, "image", p.Loaded)
	requireSignatures(t, p.Path(), stapsdt.MemfdBacking)
	probe.Describe("Late.")
	other := stapsdt.MustProbe0(p, "other")
	waitFor(t, "second image", func() bool { return other.Path() != "" })
	check := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, ciliumSignatures(t, probe.Path())); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
	check("p(n int -8) [provider:later]")
	if got := probe.Description(); got != "Late." {
		t.Errorf("the probe says %q", got)
	}
	if err := errors.Join(p.Unload(), p.Load()); err != nil {
		t.Fatal(err)
	}
	check("p(n int -8) [provider:later; Late.]", "other() [provider:later]")
	closeAll(t)
}

// TestAllConcurrently calls everything at once. When all is quiet, what was declared is loaded.
func TestAllConcurrently(t *testing.T) {
	if !alone(t) {
		return
	}
	const rounds = 200
	before := resources(t, t.TempDir())
	shared := declare("shared", 3)
	var wg sync.WaitGroup
	for _, do := range []func(i int) error{
		func(int) error { return stapsdt.Load() },
		func(int) error { return stapsdt.Unload() },
		func(int) error { return errors.Join(shared.Load(), shared.Unload()) },
		func(i int) error {
			if i%20 == 19 { // in between, others have the time to load and be loaded
				return stapsdt.Close()
			}
			return nil
		},
		func(int) error {
			p := stapsdt.MustProvider("brief")
			probe, err := p.AddProbe("probe", stapsdt.Int64)
			if err == nil {
				err = probe.Fire(int64(1))
			}
			return errors.Join(err, p.Close())
		},
		func(int) error {
			late := stapsdt.MustProvider("late")
			_, err := late.AddProbe("probe")
			for _, p := range stapsdt.Providers() {
				_, _, _, _, _ = p.Enabled(), p.Loaded(), p.Probes(), p.Info(), p.Path()
			}
			return err
		},
	} {
		wg.Go(func() {
			for i := range rounds {
				if err := do(i); err != nil && !errors.Is(err, stapsdt.ErrClosed) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if err := stapsdt.Load(); err != nil {
		t.Fatal(err)
	}
	for range 4 {
		wg.Go(func() {
			for range 20 {
				declare("last", 2)
			}
		})
	}
	wg.Wait()
	for _, p := range stapsdt.Providers() {
		for _, probe := range p.Probes() {
			waitFor(t, p.Name()+":"+probe.Name(), func() bool { return probe.Path() != "" })
		}
	}
	closeAll(t)
	if after := resources(t, t.TempDir()); after > before {
		t.Errorf("%d descriptors and mappings before, %d after", before, after)
	}
}
