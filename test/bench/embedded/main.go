//go:build linux && (amd64 || arm64)

// Embedded measures what probes in the program's own file cost, beside those of an image, and says
// whether the promises of the project were kept. Run it as root. A run takes half a minute.
//
// It embeds its own probes into copies of itself. A process reads its file once, so each Load is
// that of a new process. The best of many counts: disturbances only add time.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/testing/testbuild"
)

// A way is how the probes of a program are seen. A form is that of the sites in the file.
type way struct {
	name string
	form string
	path string // of the program
	best costs
}

// costs are what one process measures.
type costs struct{ load, idle, traced time.Duration }

const picoseconds = 1000 // a duration of fires is that of so many, so that it can be fractions

func main() {
	if os.Getenv(isChild) != "" {
		must(measure())
		return
	}
	ways, err := prepare()
	must(err)
	defer os.RemoveAll(filepath.Dir(ways[1].path))
	const rounds = 50
	for range rounds {
		for _, w := range ways {
			must(w.run())
		}
	}
	print(ways)
}

// prepare writes the programs. The first way is an image.
func prepare() ([]*way, error) {
	dir, err := os.MkdirTemp("", "embedded")
	ways := []*way{{name: "image", path: "/proc/self/exe"}}
	for _, form := range []probesite.Form{probesite.Nop, probesite.Nop5} {
		w := &way{name: "in the file, " + form.String(), path: filepath.Join(dir, form.String())}
		if err == nil && form.Code(probesite.Host) != nil {
			err = testbuild.Embed("/proc/self/exe", w.path, form)
			ways = append(ways, w)
		}
	}
	return ways, err
}

// run measures in one process.
func (w *way) run() error {
	cmd := exec.Command(w.path)
	cmd.Env = append(os.Environ(), isChild+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", w.name, err)
	}
	var c costs
	if _, err := fmt.Sscan(string(out), &c.load, &c.idle, &c.traced); err != nil {
		return fmt.Errorf("%s: %q: %w", w.name, out, err)
	}
	if w.best.load == 0 {
		w.best = c
	}
	w.best = costs{min(w.best.load, c.load), min(w.best.idle, c.idle), min(w.best.traced, c.traced)}
	return nil
}

func print(ways []*way) {
	fmt.Printf("%-24s %12s %14s %14s\n", "EMBEDDED", "Load, 3", "Fire, ns", "traced, ns")
	ns := func(d time.Duration) float64 { return float64(d) / picoseconds }
	for _, w := range ways {
		fmt.Printf("%-24s %12v %14.2f %14.0f\n", w.name, w.best.load.Round(100*time.Nanosecond),
			ns(w.best.idle), ns(w.best.traced))
	}
	const most, noise = 60 * time.Microsecond, 1.1
	image, file := ways[0].best, ways[1].best
	fmt.Printf("%s Load from the file takes at most %v: %v\n",
		judge(file.load <= most), most, file.load)
	fmt.Printf("%s Fire, nobody attached, not slower: %.2f times\n",
		judge(float64(file.idle) <= noise*float64(image.idle)), float64(file.idle)/float64(image.idle))
}

func judge(ok bool) string {
	if ok {
		return "ok    "
	}
	return "MISSED"
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "embedded:", err)
		os.Exit(2)
	}
}
