//go:build linux && (amd64 || arm64)

// Package storm tortures the library while tracers come and go, and verifies every event on the
// tracers' side. Program is what is tortured, package event what it fires.
package storm

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

var (
	each   = flag.Duration("each", 0, "torture each build for this long")
	guests = flag.String("tracers", "", "only these come and go, such as steady,gdb")
	names  = flag.String("builds", "", "these builds only, such as cgo,race")
	seed   = flag.Uint64("seed", rand.Uint64(), "decides what each goroutine does")
	kills  = flag.Int("kills", 20, "kill the program as often as this")
	fires  = flag.Int("fires", 100_000, "count as many fires as this exactly")
)

// TestStorm tortures one build after the other and prints a table of what happened.
func TestStorm(t *testing.T) {
	if *each == 0 {
		t.Skip("takes minutes: make storm does it, with -each")
	}
	needRoot(t)
	usdt := buildUsdt(t)
	t.Logf("again: -seed %d", *seed)
	var results table
	for _, b := range available(builds) {
		if !wanted(*names, b.name) {
			continue
		}
		t.Run(b.name, func(t *testing.T) {
			r := newRun(t, b)
			r.usdt = usdt
			defer results.add(r)
			r.torture(t, *each)
		})
	}
	t.Logf("\n%v", &results)
	figures := fmt.Sprintf("%s; `SEED=%d`\n\n%s", where(t), *seed, markdown(results.rows()))
	writeFigures(t, "storm", figures)
}

// wanted tells whether a name is on a list, or all are since there is none.
func wanted(list, name string) bool {
	return list == "" || slices.Contains(strings.Split(list, ","), name)
}

// A report is what the program says in the end.
type report struct {
	Fired            map[string]uint64
	Fires, Loads     uint64
	Providers        uint64
	Children, Panics uint64
	Signals, Threads uint64
	Foreign          uint64
	Ears, Heard      uint64
}

// A run is the torture of one build.
type run struct {
	build  build
	binary string // its path
	usdt   string // that of the command
	dir    string // of named files
	seed   uint64

	program *testenv.Child
	path    string // of the file with the steady probes
	lasted  time.Duration
	report  report

	mu       sync.Mutex
	failures []string
	verified uint64 // events
	counted  uint64 // hits, by the tally that stays
	missed   uint64 // by it
	lost     uint64
	unread   uint64
	visits   map[string]uint64 // of tracers that were attached
}

func newRun(t *testing.T, b build) *run {
	t.Helper()
	return &run{build: b, binary: b.program(t), dir: t.TempDir(), seed: *seed}
}

// start starts the program, with further environment, and its steady probes loaded.
func (r *run) start(t *testing.T, env ...string) {
	t.Helper()
	cmd := exec.Command(r.binary, "-seed", strconv.FormatUint(r.seed, 10))
	cmd.Env = slices.Concat(os.Environ(), r.build.env, env, []string{"STAPSDT_DIR=" + r.dir})
	r.program = testenv.Start(t, cmd)
	r.path = r.program.Ask(t, "load")
}

// torture has some tracers stay for all of the storm, and others come and go.
func (r *run) torture(t *testing.T, d time.Duration) {
	r.start(t)
	defer r.fail(t)
	if err := r.build.traceable(r.path); err != nil {
		t.Skipf("this kernel does not trace it: %v", err)
	}
	stay := r.attachStaying(t)
	begin := time.Now()
	r.program.Ask(t, "go")
	r.visitUntil(t, begin.Add(d))
	r.ask(t, "calm")
	r.lasted = time.Since(begin)
	for _, s := range stay {
		r.visit(s.name, s.leave)
	}
	t.Log(r.visited())
	if r.verified == 0 {
		t.Error("no event was verified")
	}
	t.Logf("%d listeners of the program verified %d events", r.report.Ears, r.report.Heard)
	if r.report.Heard == 0 {
		t.Error("the program heard no event")
	}
	r.program.Ask(t, "idle")
	r.program.End(t)
}

// fail has the test fail if something went wrong in a visit.
func (r *run) fail(t *testing.T) {
	for _, f := range r.failures {
		t.Error(f)
	}
}

// ask asks the program for a report.
func (r *run) ask(t testenv.T, command string) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.program.Ask(t, command)), &r.report); err != nil {
		t.Fatalf("%v", err)
	}
}

// visitUntil has the visitors come again and again, each kind one at a time.
func (r *run) visitUntil(t *testing.T, end time.Time) {
	var all sync.WaitGroup
	for i, v := range visitors {
		if !wanted(*guests, v.name) || !v.installed(t) {
			continue
		}
		draws := rand.New(rand.NewPCG(r.seed, uint64(i)))
		all.Go(func() {
			for first := true; first || time.Now().Before(end); first = false {
				if !r.visit(v.name, func(visit *visit) { v.come(visit, draws) }) {
					return
				}
			}
		})
	}
	all.Wait()
}
