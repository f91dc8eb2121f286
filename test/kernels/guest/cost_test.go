//go:build linux && (amd64 || arm64)

package guest

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/stapsdt"
)

// costOnly is set in the environment of processes that only measure: a process chooses its sites
// only once.
const costOnly = "USDT_COST_ONLY"

// TestCost measures every form of site that the machine has and the kernel can attach to, and
// checks that none is much cheaper than the chosen one.
func TestCost(t *testing.T) {
	needRoot(t)
	chosen, err := probesite.Choose()
	if err != nil {
		t.Fatal(err)
	}
	costs := make(map[probesite.Form]int)
	const most = 5 // a busy machine can spoil the measurement of one form
	for range most {
		measure(t, costs)
		if cheaper(costs, chosen) == "" {
			break
		}
	}
	for form, ns := range costs {
		t.Logf("cost of %v: %d ns", form, ns)
	}
	if form := cheaper(costs, chosen); form != "" {
		t.Errorf("%s costs much less than the chosen %v", form, chosen)
	}
	if costs[chosen] == 0 || costs[probesite.Nop] == 0 {
		t.Errorf("no cost of nop or of %v", chosen)
	}
}

// measure notes the costs, unless those that are there are lower.
func measure(t *testing.T, costs map[probesite.Form]int) {
	t.Helper()
	for _, form := range []probesite.Form{probesite.Nop, probesite.Nop5, probesite.Nop10} {
		if form.Code(machine) == nil {
			continue
		}
		ns, err := costOf(form)
		if err != nil {
			t.Logf("no cost of %v: %v", form, err)
			continue
		}
		if costs[form] == 0 || ns < costs[form] {
			costs[form] = ns
		}
	}
}

// cheaper returns a form that costs much less than the chosen one, or nothing.
func cheaper(costs map[probesite.Form]int, chosen probesite.Form) string {
	const noise = 1.5 // a wrong choice costs three times as much or more
	for form, ns := range costs {
		if float64(costs[chosen]) > noise*float64(ns) {
			return form.String()
		}
	}
	return ""
}

var costLine = regexp.MustCompile(`^(\d+)\n$`)

// costOf measures a form in a process of its own.
func costOf(form probesite.Form) (ns int, err error) {
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), costOnly+"=1", probesite.Env+"="+form.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%w: %s", err, out)
	}
	match := costLine.FindSubmatch(out)
	if match == nil {
		return 0, fmt.Errorf("printed %q", out)
	}
	return strconv.Atoi(string(match[1]))
}

// printCost is the main function of that process. It returns the exit status.
func printCost() int {
	ns, err := cost()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(ns)
	return 0
}

// cost returns the nanoseconds of a fire with a counting event attached. The best of many rounds
// counts; each round is so short that a busy machine does not spoil all of them.
func cost() (int, error) {
	const rounds, fires = 50, 2000
	p := stapsdt.MustProvider("cost")
	defer p.Close()
	probe := stapsdt.MustProbe1[int](p, "probe")
	if err := p.Load(); err != nil {
		return 0, err
	}
	notes, err := sdtnote.ReadFile(p.Path())
	if err != nil {
		return 0, err
	}
	counter, err := counter.Open(p.Path(), notes[0].FileOffset)
	if err != nil {
		return 0, err
	}
	defer counter.Close()
	best := time.Duration(math.MaxInt64)
	for range rounds {
		start := time.Now()
		for i := range fires {
			probe.Fire(i)
		}
		best = min(best, time.Since(start))
	}
	if n, err := counter.Value(); err != nil || n != rounds*fires {
		return 0, fmt.Errorf("counted %d of %d fires (%w)", n, rounds*fires, err)
	}
	return int(best.Nanoseconds() / fires), nil
}
