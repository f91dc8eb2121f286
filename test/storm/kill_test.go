//go:build linux && (amd64 || arm64)

package storm

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/counter"
)

// TestKilled kills the program again and again, wherever it is in loading and unloading named files
// and memfds, traced or not. The next Load removes what was left, and nothing else is.
func TestKilled(t *testing.T) {
	needRoot(t)
	figures := [][]string{{"build", "processes", "files that one left", "files after the next `Load`"}}
	for _, b := range available(builds[:2]) {
		t.Run(b.name, func(t *testing.T) {
			r := newRun(t, b)
			draws := rand.New(rand.NewPCG(*seed, 0))
			killed, left := 0, 0
			const most = 1000 // all without a file by chance cannot be
			for ; killed < *kills/2 || left == 0 && killed < most; killed++ {
				r.killOne(t, draws)
				left = max(left, len(r.files(t)))
				r.seed++
			}
			if left == 0 {
				t.Error("no process has left a file: nothing was tested")
			}
			r.start(t, "STAPSDT_BACKING=file")
			if got := r.files(t); len(got) != 1 || got[0] != r.path {
				t.Errorf("after the next Load there are %q, want only %s", got, r.path)
			}
			r.program.End(t)
			if got := r.files(t); len(got) > 0 {
				t.Errorf("after the end there are %q", got)
			}
			mounts, err := os.ReadFile("/proc/self/mounts")
			if err != nil || strings.Contains(string(mounts), r.dir) {
				t.Errorf("mounts (%v):\n%s", err, mounts)
			}
			figures = append(figures, []string{b.name, fmt.Sprint(killed),
				fmt.Sprintf("at most %d", left), "its own"})
		})
	}
	writeFigures(t, "killed", markdown(figures))
}

// killOne starts the program and kills it after a while.
func (r *run) killOne(t *testing.T, draws *rand.Rand) {
	t.Helper()
	r.start(t)
	r.program.Ask(t, "go")
	if draws.IntN(4) == 0 {
		c, err := counter.OpenProbe(r.path, steadyProbe)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}()
	}
	time.Sleep(time.Duration(draws.IntN(20)) * time.Millisecond) // no matter where the program is then
	r.program.Kill()
}

// files returns the named files of images.
func (r *run) files(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(r.dir + "/*/*")
	if err != nil {
		t.Fatal(err)
	}
	return found
}
