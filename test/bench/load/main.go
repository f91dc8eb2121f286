//go:build linux && (amd64 || arm64)

// Load measures what it costs to load providers, without tracers, and says whether the promises of
// the project were kept. Run it with CGO_ENABLED=0 and 1. A run takes some seconds.
package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/stapsdt"
)

// limits are what the project promises: durations, and the resident memory of a provider in bytes.
type limits struct {
	few, many, providers time.Duration
	memory               int // 0: no promise
}

func main() {
	cgo, promise := "with cgo", limits{100 * time.Microsecond, 40 * time.Millisecond,
		100 * time.Millisecond, 0}
	if !hasCgo() {
		cgo, promise.few, promise.memory = "without cgo", 60*time.Microsecond, 8<<10
	}
	memory := memoryOfProvider() // before the heap has room from other loads
	fmt.Printf("%-36s %12s %12s\n", "LOAD, "+cgo, "best", "promise")
	printRow("3 probes", best(1000, func() time.Duration { return loadProbes(3) }), promise.few)
	printRow("1,000 probes", best(20, func() time.Duration { return loadProbes(1000) }), 0)
	many := best(10, func() time.Duration { return loadProbes(10_000) })
	printRow("10,000 probes", many, promise.many)
	growth := growth()
	fmt.Printf("%-36s %11.1fx %11dx  %s\n", "10,000 probes, beside 1,000", growth, maxGrowth,
		judge(growth <= maxGrowth))
	printRow("1,000 providers, 3 probes each", best(10, func() time.Duration {
		return loadProviders(1000, closeAll)
	}), promise.providers)
	verdict := ""
	if promise.memory > 0 {
		verdict = fmt.Sprintf("%12d  %s", promise.memory, judge(memory <= promise.memory))
	}
	fmt.Printf("%-36s %12d %s\n", "resident bytes of a provider", memory, verdict)
}

func printRow(what string, took, promise time.Duration) {
	verdict := ""
	if promise > 0 {
		verdict = fmt.Sprintf("%12v  %s", promise, judge(took <= promise))
	}
	fmt.Printf("%-36s %12v %s\n", what, took.Round(100*time.Nanosecond), verdict)
}

func judge(ok bool) string {
	if ok {
		return "ok"
	}
	return "MISSED"
}

func hasCgo() bool {
	info, _ := debug.ReadBuildInfo()
	return slices.Contains(info.Settings, debug.BuildSetting{Key: "CGO_ENABLED", Value: "1"})
}

// best returns the shortest of several durations: disturbances only add time.
func best(rounds int, measure func() time.Duration) time.Duration {
	least := time.Hour
	for range rounds {
		least = min(least, measure())
	}
	return least
}

func declare(name string, probes int) *stapsdt.Provider {
	p := stapsdt.MustProvider(name)
	for i := range probes {
		stapsdt.MustProbe2[uint64, int32](p, fmt.Sprint("probe", i))
	}
	return p
}

// loadProbes returns how long Load takes for a provider of so many probes.
func loadProbes(probes int) time.Duration {
	p := declare("many", probes)
	began := time.Now()
	must(p.Load())
	took := time.Since(began)
	must(p.Close())
	return took
}

// maxGrowth is how many times as much 10,000 probes may take as 1,000.
const maxGrowth = 15

// growth returns how many times as much they take of a processor, whatever else the machine does.
// Each Load is in memory that the heap asks the kernel for: in memory that the heap has already,
// few probes take a third less, and many do not.
func growth() float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	fresh := func(probes int) time.Duration {
		return best(10, func() time.Duration {
			p := declare("many", probes)
			debug.FreeOSMemory()
			began := processorTime()
			must(p.Load())
			took := processorTime() - began
			must(p.Close())
			return took
		})
	}
	return float64(fresh(10_000)) / float64(fresh(1000))
}

// processorTime returns that of the thread.
func processorTime() time.Duration {
	var t unix.Timespec
	must(unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t))
	return time.Duration(t.Nano())
}

// loadProviders returns how long the Loads of so many providers take together, and gives them to
// done.
func loadProviders(n int, done func([]*stapsdt.Provider)) (took time.Duration) {
	all := make([]*stapsdt.Provider, n)
	for i := range all {
		all[i] = declare(fmt.Sprint("provider", i), 3)
	}
	began := time.Now()
	for _, p := range all {
		must(p.Load())
	}
	took = time.Since(began)
	done(all)
	return took
}

func closeAll(all []*stapsdt.Provider) {
	for _, p := range all {
		must(p.Close())
	}
}

// memoryOfProvider returns the resident bytes that each of many loaded providers takes, when one of
// its probes was fired.
func memoryOfProvider() (bytes int) {
	const providers = 1000
	resident() // what comes once
	before := resident()
	loadProviders(providers, func(all []*stapsdt.Provider) {
		for _, p := range all {
			p.Probes()[0].Enabled()
		}
		bytes = (resident() - before) / providers
		closeAll(all)
	})
	return bytes
}

func resident() (bytes int) {
	debug.FreeOSMemory()
	statm, err := os.ReadFile("/proc/self/statm")
	must(err)
	_, err = fmt.Sscan(strings.Fields(string(statm))[1], &bytes)
	must(err)
	return bytes * os.Getpagesize()
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(2)
	}
}
