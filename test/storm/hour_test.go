//go:build linux && (amd64 || arm64)

package storm

import (
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"
)

var steadyFor = flag.Duration("steady", 0, "attach and detach each second for this long")

// An hour is the steady time, of whatever length: two programs, which the tracers visit together.
type hour struct {
	runs     []*run
	bpftrace bool // is there
	beats    int
	lasted   time.Duration
	sampled
}

// TestSteady has tracers attach to two programs and detach each second, and samples now and then
// what the programs, this process with its engine, and the machine hold. All must be flat.
func TestSteady(t *testing.T) {
	if *steadyFor == 0 {
		t.Skip("takes an hour: make steady does it, with -steady")
	}
	needRoot(t)
	t.Logf("again: -seed %d", *seed)
	_, err := exec.LookPath("bpftrace")
	h := &hour{sampled: newSampled(), bpftrace: err == nil}
	usdt := buildUsdt(t)
	for _, b := range available(builds[:2]) {
		r := newRun(t, b)
		r.usdt = usdt
		r.start(t)
		r.program.Ask(t, "breeze")
		h.runs = append(h.runs, r)
	}
	h.pass(t, *steadyFor)
	t.Logf("%v, %d beats\n%s\n%s\n%s", h.lasted, h.beats, markdown(h.rows()), h.table(), h.csv())
	if err := h.flat(); err != nil {
		t.Error(err)
	}
	for _, r := range h.runs {
		r.fail(t)
		r.program.End(t)
	}
	h.document(t)
}

// pass lets the time pass, with a beat each second, and samples after some of them. Where a beat
// takes longer, it goes on until there are enough samples.
func (h *hour) pass(t *testing.T, d time.Duration) {
	const samples = 20 // in a short time
	every := max(1, min(10, int(d.Seconds()/samples)))
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for begin := time.Now(); h.lasted < d || h.beats < every*samples; h.lasted = time.Since(begin) {
		<-second.C
		if !h.beat() {
			return
		}
		if h.beats%every == 0 {
			h.sample(t)
		}
	}
}

// beat has the next tracer come to each program and go. It returns false if a visit has failed.
// bpftrace comes in the first quarter of the shortest time, too: its visit is the longest, and what
// it makes the programs' allocators keep, once and for all, is no leak.
func (h *hour) beat() bool {
	const minute = 60
	b := beats[h.beats%len(beats)]
	if h.bpftrace && h.beats%minute == 2 {
		b = bpftraceBeat
	}
	h.beats++
	var all sync.WaitGroup
	well := make([]bool, len(h.runs))
	for i, r := range h.runs {
		all.Go(func() {
			well[i] = r.visit(b.name, func(v *visit) {
				b.come(v, rand.New(rand.NewPCG(r.seed, uint64(h.beats))))
			}) && r.visit("idle", func(v *visit) { v.program.Ask(v, "idle") })
		})
	}
	all.Wait()
	return !slices.Contains(well, false)
}

// sample samples when no tracer is attached and the breeze has died down.
func (h *hour) sample(t *testing.T) {
	for _, r := range h.runs {
		r.ask(t, "calm")
		h.add(ofProgram, r.build.name, r.sample(t))
	}
	debug.FreeOSMemory()
	own, err := sampleProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	own.set(m.HeapAlloc, runtime.NumGoroutine())
	h.add(ofTracer, "", own)
	machine, err := sampleMachine()
	if err != nil {
		t.Fatal(err)
	}
	h.add(ofMachine, "", machine)
	for _, r := range h.runs {
		r.program.Ask(t, "breeze")
	}
}

// sample samples the program, which has nothing to do.
func (r *run) sample(t *testing.T) sample {
	t.Helper()
	var own struct {
		Heap       uint64
		Goroutines int
	}
	if err := json.Unmarshal([]byte(r.program.Ask(t, "quiet")), &own); err != nil {
		t.Fatal(err)
	}
	s, err := sampleProcess(r.program.PID())
	if err != nil {
		t.Fatal(err)
	}
	s.set(own.Heap, own.Goroutines)
	return s
}
