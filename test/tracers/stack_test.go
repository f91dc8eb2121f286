//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// TestStacks compares the stacks that internal/tracing/uprobe and bpftrace count of the same hits,
// address by address.
func TestStacks(t *testing.T) {
	needTracer(t, "bpftrace")
	program := once(t, "caller", func(path string) error {
		return testbuild.Go(path, []string{"CGO_ENABLED=0"}, "build", "../../internal/testing/caller")
	})
	app := start(t, exec.Command(program))
	image := app.Next(t)
	b := exec.Command("bpftrace", "-p", fmt.Sprint(app.PID()), "-e", `usdt:`+image+`:shop:order,
		usdt:`+image+`:shop:work_start { @[ustack] = count(); }
		usdt:`+image+`:shop:ready { printf("ready\n"); }`)
	b.Env = append(os.Environ(), "BPFTRACE_NO_USER_SYMBOLS=1", keepOutput)
	theirs := start(t, b)
	awaitReady(t, app, theirs)

	c, err := uprobe.CountBy(shopProbes(t, image, "order", "work_start"),
		[]uprobe.By{{Argument: uprobe.Stack}}, nil, uprobe.Options{PID: app.PID()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if answer := app.Ask(t, "fire 100"); answer != "ok" {
		t.Fatal(answer)
	}
	if answer := app.Ask(t, "fire 23"); answer != "ok" {
		t.Fatal(answer)
	}
	groups, err := c.Take()
	if err != nil {
		t.Fatal(err)
	}
	ours := make(map[string]uint64)
	for _, g := range groups {
		ours[fmt.Sprintf("%#x", g.Key[0].Stack.Addresses)] += g.Hits
	}
	theirs.Terminate()
	printed, err := theirs.Wait()
	if err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(stacksIn(printed), ours); diff != "" || len(ours) != 5 {
		t.Errorf("%d stacks (-bpftrace +ours):\n%s", len(ours), diff)
	}
}

// awaitReady fires the probe ready until bpftrace has seen it.
func awaitReady(t *testing.T, app, theirs *child) {
	t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	overdue := time.After(testenv.Patience)
	for {
		select {
		case line, ok := <-theirs.Lines():
			switch {
			case !ok:
				t.Fatal("bpftrace ended")
			case line == "ready":
				return
			}
		case <-again.C:
			app.Ask(t, "ready")
		case <-overdue:
			t.Fatalf("bpftrace is not attached after %v", testenv.Patience)
		}
	}
}

// shopProbes returns probes of the provider shop in a file.
func shopProbes(t *testing.T, image string, names ...string) (probes []uprobe.Probe) {
	t.Helper()
	notes, err := sdtnote.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range notes {
		if slices.Contains(names, n.Name) {
			site := uprobe.Site{Path: image, Note: n}
			probes = append(probes, uprobe.Probe{
				Provider: n.Provider, Name: n.Name, Sites: []uprobe.Site{site},
			})
		}
	}
	return probes
}

// stacksIn returns the stacks of a map that bpftrace has printed, and how often there was each:
// bpftrace counts those of each thread by themselves.
func stacksIn(lines []string) map[string]uint64 {
	address := regexp.MustCompile(`^ +(0x[0-9a-f]+)$`)
	counts := make(map[string]uint64)
	var stack []string
	for _, line := range lines {
		if match := address.FindStringSubmatch(line); match != nil {
			stack = append(stack, match[1])
		}
		if text, isEnd := strings.CutPrefix(line, "]: "); isEnd {
			n, _ := strconv.ParseUint(text, 10, 64) // 0 for what is no number
			counts[fmt.Sprint(stack)] += n
			stack = nil
		}
	}
	return counts
}
