//go:build linux && (amd64 || arm64)

// Embedded measures what probes in the program's own file cost, beside those of an image, and says
// whether the promises of the project were kept. Run it as root. A run takes half a minute.
//
// It embeds its own probes into copies of itself. The first Load of a process, which reads the
// program's file, has a column of its own. The best of many counts: disturbances only add time.
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

// A way is how the probes of a program are seen.
type way struct {
	name string
	path string // of the program
	best costs
}

// costs are what one process measures: the nanoseconds of the first Load and of the best of more,
// and the picoseconds of a Fire.
type costs struct{ first, again, idle, traced int64 }

func main() {
	measure := measureAll
	if os.Getenv(isChild) != "" {
		measure = measureHere
	}
	if err := measure(); err != nil {
		fmt.Fprintln(os.Stderr, "embedded:", err)
		os.Exit(2)
	}
}

func measureAll() error {
	dir, err := os.MkdirTemp("", "embedded")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	ways, err := prepare(dir)
	if err != nil {
		return err
	}
	const rounds = 50
	for range rounds {
		for _, w := range ways {
			if err := w.run(); err != nil {
				return err
			}
		}
	}
	print(ways)
	return nil
}

// prepare writes the programs. The first way is an image.
func prepare(dir string) ([]*way, error) {
	ways := []*way{{name: "image", path: "/proc/self/exe"}}
	for _, form := range []probesite.Form{probesite.Nop, probesite.Nop5} {
		if form.Code(probesite.Host) == nil {
			continue
		}
		w := &way{name: "in the file, " + form.String(), path: filepath.Join(dir, form.String())}
		if err := testbuild.Embed("/proc/self/exe", w.path, form); err != nil {
			return nil, err
		}
		ways = append(ways, w)
	}
	return ways, nil
}

// run measures in one process.
func (w *way) run() error {
	cmd := exec.Command(w.path)
	cmd.Env = append(os.Environ(), isChild+"=1", "STAPSDT_BACKING=", "STAPSDT_DISABLE=")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", w.name, err)
	}
	var c costs
	if _, err := fmt.Sscan(string(out), &c.first, &c.again, &c.idle, &c.traced); err != nil {
		return fmt.Errorf("%s: %q: %w", w.name, out, err)
	}
	if w.best.first == 0 {
		w.best = c
	}
	w.best = costs{min(w.best.first, c.first), min(w.best.again, c.again), min(w.best.idle, c.idle),
		min(w.best.traced, c.traced)}
	return nil
}

func print(ways []*way) {
	fmt.Printf("%-20s %12s %12s %9s %11s\n", "EMBEDDED, 3 probes", "first Load", "more Loads",
		"Fire, ns", "traced, ns")
	for _, w := range ways {
		fmt.Printf("%-20s %12v %12v %9.2f %11.0f\n", w.name, time.Duration(w.best.first),
			time.Duration(w.best.again), float64(w.best.idle)/1000, float64(w.best.traced)/1000)
	}
	const most, noise = 60 * time.Microsecond, 1.1
	image, file := ways[0].best, ways[1].best
	load, times := time.Duration(file.again), float64(file.idle)/float64(image.idle)
	fmt.Printf("%s Load from the file takes at most %v: %v\n", judge(load <= most), most, load)
	fmt.Printf("%s Fire, nobody attached, not slower: %.2f times\n", judge(times <= noise), times)
}

func judge(ok bool) string {
	if ok {
		return "ok    "
	}
	return "MISSED"
}
