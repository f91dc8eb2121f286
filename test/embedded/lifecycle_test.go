//go:build linux && (amd64 || arm64)

package embedded

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/early"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestLifecycle: Load makes no mapping and leaves nothing open. After Unload, nothing is fired, but
// the tracer stays attached, and the next Load is enough for it.
func TestLifecycle(t *testing.T) {
	if !isInside(t) {
		return
	}
	if order.Enabled() || order.Path() != "" {
		t.Errorf("before Load: enabled %v, path %q", order.Enabled(), order.Path())
	}
	mapped, open := mappings(t), descriptors(t)
	load(t, shop)
	if diff := cmp.Diff(mapped, mappings(t)); diff != "" {
		t.Errorf("mappings after Load (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(open, descriptors(t)); diff != "" {
		t.Errorf("descriptors after Load (-want +got):\n%s", diff)
	}
	expectPath(t, &order.Probe, true)
	want := []stapsdt.Image{{Path: executable()}}
	if diff := cmp.Diff(want, shop.Info().Images); diff != "" || shop.Info().Skipped != nil {
		t.Errorf("images (-want +got):\n%s\nskipped %v", diff, shop.Info().Skipped)
	}

	order.Fire(1, "nobody")
	c := count(t, shop.Path(), "order")
	for loads := range uint64(3) {
		load(t, shop)
		if !order.Enabled() {
			t.Error("disabled while a tracer is attached")
		}
		order.Fire(-1, "Ada")
		if err := shop.Unload(); err != nil {
			t.Fatal(err)
		}
		if order.Enabled() || shop.Path() != "" {
			t.Errorf("after Unload: enabled %v, path %q", order.Enabled(), shop.Path())
		}
		order.Fire(-2, "Bob")
		expectCount(t, "after Unload", c, loads+1)
	}
	load(t, shop)
	if err := shop.Close(); err != nil {
		t.Fatal(err)
	}
	order.Fire(-3, "Eve")
	expectCount(t, "after Close", c, 3)
}

// TestLoadedEarly: what the initialization of a package has loaded before that of package static is
// in the program's file, too.
func TestLoadedEarly(t *testing.T) {
	if !isInside(t) {
		return
	}
	if early.Err != nil {
		t.Fatal(early.Err)
	}
	expectPath(t, &early.Probe.Probe, true)
	c := count(t, early.Provider.Path(), "probe")
	early.Probe.Fire(-1)
	expectCount(t, "after a fire", c, 1)
}

// mappings returns what is mapped to execute, or of a file.
func mappings(t *testing.T) []string {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(strings.Split(string(maps), "\n"), func(line string) bool {
		words := strings.Fields(line)
		return len(words) < 5 || !strings.Contains(words[1], "x") && words[4] == "0"
	})
}

func descriptors(t *testing.T) (names []string) {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestBothKinds: a probe that is declared later is in an image, beside those in the file.
func TestBothKinds(t *testing.T) {
	if !isInside(t) {
		return
	}
	load(t, shop)
	late := stapsdt.MustProbe1[int32](shop, "late")
	load(t, shop)
	for range 2 {
		expectPath(t, &order.Probe, true)
		expectPath(t, &late.Probe, false)
		if got := shop.Path(); got != late.Path() {
			t.Errorf("the provider's path is %s, want that of the newest image, %s", got, late.Path())
		}
		if n := len(shop.Info().Images); n != 2 {
			t.Errorf("%d images, want 2", n)
		}
		early, image := count(t, order.Path(), "order"), count(t, late.Path(), "late")
		order.Fire(1, "Ada")
		late.Fire(1)
		late.Fire(2)
		expectCount(t, "in the file", early, 1)
		expectCount(t, "in the image", image, 2)
		early.Close()
		image.Close()
		if err := shop.Unload(); err != nil {
			t.Fatal(err)
		}
		load(t, shop)
	}
}

// TestTwins: two providers of one name are one to tracers of the file, and each fires on its own.
func TestTwins(t *testing.T) {
	if !isInside(t) {
		return
	}
	load(t, twins[0])
	load(t, twins[1])
	for _, p := range []*stapsdt.Probe{&both[0].Probe, &both[1].Probe, &second.Probe} {
		expectPath(t, p, true)
	}
	c, other := count(t, executable(), "both"), count(t, executable(), "second")
	both[0].Fire(1)
	both[1].Fire(2)
	second.Fire()
	expectCount(t, "both", c, 2)
	expectCount(t, "the second's own", other, 1)
	if err := twins[0].Unload(); err != nil {
		t.Fatal(err)
	}
	both[0].Fire(3)
	both[1].Fire(4)
	expectCount(t, "one is unloaded", c, 3)
}

// TestAnotherProcess: a tracer of the file sees the program's child, which is the same program.
func TestAnotherProcess(t *testing.T) {
	if !isInside(t) {
		return
	}
	const child = "USDT_TEST_CHILD"
	load(t, shop)
	if os.Getenv(child) != "" {
		order.Fire(2, "child")
		return
	}
	c := count(t, executable(), "order")
	order.Fire(1, "parent")
	cmd := exec.Command(executable(), os.Args[1:]...)
	cmd.Env = append(os.Environ(), child+"=1")
	run(t, cmd)
	expectCount(t, "parent and child", c, 2)
}
