//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/room"
	"github.com/go-usdt/usdt/stapsdt"
)

// comeAndGo loads, fires and closes a provider of that name.
func comeAndGo(t testing.TB, name string, options ...stapsdt.Option) {
	t.Helper()
	p := stapsdt.MustProvider(name, options...)
	probe := stapsdt.MustProbe1[int](p, "hit")
	mustLoad(t, p)
	probe.Fire(1)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}

// A footprint is what providers could leave behind.
type footprint struct{ mappings, heap, resident int } // the latter two in bytes

func measure(t testing.TB) (f footprint) {
	t.Helper()
	debug.FreeOSMemory()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	f.heap = int(stats.HeapAlloc)
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	f.mappings = strings.Count(string(maps), "\n")
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(strings.Fields(string(statm))[1], &f.resident); err != nil {
		t.Fatal(err)
	}
	f.resident *= os.Getpagesize()
	return f
}

// TestNewNames loads and closes providers of ever new names, as for tenants. What stays does not
// grow with their number. BenchmarkNewName -benchtime 200000x is the long form.
func TestNewNames(t *testing.T) {
	backings(t, func(t *testing.T, _ string, options ...stapsdt.Option) {
		names := 10_000
		if testing.Short() {
			names = 1000
		}
		for i := range 2 * stapsdt.MaxResting {
			comeAndGo(t, fmt.Sprint("first", i), options...)
		}
		before := measure(t)
		for i := range names {
			comeAndGo(t, fmt.Sprint("tenant", i), options...)
		}
		after := measure(t)
		// A mapping for each name would be names more. The Go runtime has mappings of its own: a burst
		// of threads adds dozens, however many names there are.
		if after.mappings > before.mappings+200 || after.heap > before.heap+names*32 {
			t.Errorf("%d names, before %+v, after %+v", names, before, after)
		}
		t.Logf("before %+v, after %+v", before, after)
	})
}

func BenchmarkNewName(b *testing.B) {
	comeAndGo(b, "first")
	before := measure(b)
	i := 0
	for b.Loop() {
		comeAndGo(b, fmt.Sprint("tenant", i))
		i++
	}
	b.StopTimer()
	after := measure(b)
	b.ReportMetric(float64(after.mappings-before.mappings), "mappings")
	b.ReportMetric(float64(after.heap-before.heap)/1024, "heap-KiB")
	b.ReportMetric(float64(after.resident-before.resident)/1024, "resident-KiB")
}

// TestSizesComeAndGo: pages of one image serve images of other sizes.
func TestSizesComeAndGo(t *testing.T) {
	perPage := os.Getpagesize() / 16
	cycle := func(pages int) {
		p := stapsdt.MustProvider(fmt.Sprint("pages", pages))
		for i := range pages*perPage - perPage/2 {
			stapsdt.MustProbe1[int32](p, fmt.Sprint("probe", i))
		}
		mustLoad(t, p)
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
	round := func() {
		for _, pages := range []int{1, 3, 2, 4} {
			cycle(pages)
		}
	}
	for range 20 {
		round()
	}
	before := measure(t)
	for range 60 {
		round()
	}
	// Without reuse, each round would leave four mappings.
	if after := measure(t); after.mappings > before.mappings+60 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// TestReuse: retired pages rest, and then serve another provider.
func TestReuse(t *testing.T) {
	p := newProvider(t)
	probe := stapsdt.MustProbe0(p, "p")
	mustLoad(t, p)
	site := probe.Site()
	if err := p.Unload(); err != nil {
		t.Fatal(err)
	}
	if !stapsdt.Retired(unsafe.Pointer(site)) {
		t.Error("the pages of an unloaded probe are not retired")
	}
	stapsdt.Wake()
	others := stapsdt.RetiredPages()
	for i := 0; stapsdt.Retired(unsafe.Pointer(site)); i++ {
		if i > others {
			t.Fatalf("%d other providers did not use the pages again", i)
		}
		other := newProvider(t)
		stapsdt.MustProbe0(other, fmt.Sprint("other", i))
		mustLoad(t, other)
	}
	probe.Fire()
	mustLoad(t, p)
	if probe.Site() == site {
		t.Error("two probes are entered at the same address")
	}
}

// TestMappingLimit runs itself again in a process that uses up its mappings.
func TestMappingLimit(t *testing.T) {
	const child = "STAPSDT_TEST_MAPPINGS"
	if os.Getenv(child) == "" {
		passesAgain(t, "TestMappingLimit", child+"=1")
		return
	}
	loaded := newProvider(t)
	probe := stapsdt.MustProbe1[string](loaded, "p")
	mustLoad(t, loaded)
	refused := newProvider(t)
	stapsdt.MustProbe1[string](refused, "p")
	room.Make()
	free := useUpMappings(t)
	err := refused.Load()
	probe.Fire("harmless")
	unloadErr := loaded.Unload()
	probe.Fire("harmless")
	closeErr := loaded.Close()
	free()
	if !errors.Is(err, syscall.ENOMEM) || !strings.Contains(err.Error(), "vm.max_map_count") {
		t.Errorf("Load at the limit of mappings: %v; want ENOMEM, and what to raise", err)
	}
	if strings.Contains(fmt.Sprint(err), "noexec") {
		t.Errorf("Load at the limit of mappings blames the mount: %v", err)
	}
	if unloadErr != nil || closeErr != nil {
		t.Errorf("at the limit of mappings: Unload: %v, Close: %v", unloadErr, closeErr)
	}
	mustLoad(t, refused)
}

// useUpMappings makes mappings, each of one page, until the kernel allows no more.
func useUpMappings(t *testing.T) (free func()) {
	t.Helper()
	var limit int
	if text, err := os.ReadFile("/proc/sys/vm/max_map_count"); err != nil {
		t.Skip(err)
	} else if _, err := fmt.Sscan(string(text), &limit); err != nil || limit > 1<<20 {
		t.Skipf("vm.max_map_count is %d, which would take too much memory: %v", limit, err)
	}
	page := os.Getpagesize()
	memory, err := unix.Mmap(-1, 0, 2*limit*page, unix.PROT_NONE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	made := 0
	for err == nil { // each page with another protection than its neighbors' adds two mappings
		err = unix.Mprotect(memory[(2*made+1)*page:(2*made+2)*page], unix.PROT_READ)
		made++
	}
	if err != unix.ENOMEM || made < limit/4 {
		t.Fatalf("%d mappings: %v", made, err)
	}
	// One mapping may be left, which is too few for two.
	_, _ = unix.Mmap(-1, 0, page, unix.PROT_WRITE, unix.MAP_SHARED|unix.MAP_ANON)
	return func() {
		if err := unix.Munmap(memory); err != nil {
			t.Fatal(err)
		}
	}
}
