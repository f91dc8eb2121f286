//go:build linux

package main

import (
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"sync"

	"golang.org/x/sys/unix"
)

// weather is what goes on around the goroutines that fire, each kind again and again on a goroutine
// of its own.
var weather = []func(w *wind, r *rand.Rand){
	collect, changeProcs, profile, signalProcess, signalThreads, runChild,
}

// collect collects garbage all the time, or as usual.
func collect(_ *wind, r *rand.Rand) {
	debug.SetGCPercent([]int{1, 100}[r.IntN(2)])
	for range r.IntN(100) {
		rest(r)
	}
	if r.IntN(10) == 0 {
		debug.FreeOSMemory()
	}
}

func changeProcs(_ *wind, r *rand.Rand) {
	runtime.GOMAXPROCS(1 + r.IntN(4))
	for range r.IntN(20) {
		rest(r)
	}
}

// profile interrupts whatever runs 100 times a second.
func profile(_ *wind, r *rand.Rand) {
	must(pprof.StartCPUProfile(io.Discard))
	for range r.IntN(200) {
		rest(r)
	}
	pprof.StopCPUProfile()
}

// handled has the program take SIGUSR1, instead of being ended by it.
var handled = sync.OnceFunc(func() { signal.Notify(make(chan os.Signal, 1), unix.SIGUSR1) })

// signalProcess sends signals to the process: the kernel chooses the thread.
func signalProcess(w *wind, r *rand.Rand) {
	handled()
	for range r.IntN(50) {
		must(unix.Kill(os.Getpid(), unix.SIGUSR1))
		w.storm.counters.signals.Add(1)
	}
}

// signalThreads sends to threads the signal by which the runtime preempts goroutines.
func signalThreads(w *wind, _ *rand.Rand) {
	threads, err := os.ReadDir("/proc/self/task")
	must(err)
	for _, t := range threads {
		err := unix.Tgkill(os.Getpid(), atoi(t.Name()), unix.SIGURG)
		if err != unix.ESRCH { // which says that the thread has ended
			must(err)
		}
		w.storm.counters.signals.Add(1)
	}
}

// runChild runs this program, which ends at once.
func runChild(w *wind, r *rand.Rand) {
	must(exec.Command("/proc/self/exe", "-child").Run())
	w.storm.counters.children.Add(1)
	for range 50 {
		rest(r)
	}
}
