//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// byPid, in place of a file, has bpftrace look for the probes in the mappings of the process.
const byPid = "*"

// bpftrace is a bpftrace that is attached to a target.
type bpftrace struct{ *child }

// keepOutput initialises what bpftrace allocates. When it resolves the addresses of a stack, libbcc
// before 0.33 closes the file descriptor whose number is in a field that was never set, often 1:
// https://github.com/iovisor/bcc/pull/5193. Then bpftrace prints nothing more, and ends with status 0.
const keepOutput = "GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.perturb=165"

// Lines that say that the first and the last clause of a script are attached.
const firstReady, lastReady = "first ready", "last ready"

// attach starts bpftrace on the probes in file, or byPid, and returns when it is attached to all of
// them. Each clause begins with the name of a probe. The probe called ready must be in the same file;
// it is fired meanwhile.
//
// Enabled is true some time before events come: the site is changed first, then the script connected
// to it. Since bpftrace attaches one clause after the other, in its order or the reverse, all are
// when the first and the last are.
func (p program) attach(t *testing.T, app *traced, file, ready string, clauses ...string) *bpftrace {
	t.Helper()
	var flags []string
	if file == byPid {
		flags = app.pidFlag()
	}
	return p.attachWith(t, flags, app, file, ready, clauses...)
}

// pidFlag has bpftrace trace this process only.
func (app *traced) pidFlag() []string { return []string{"-p", strconv.Itoa(app.PID())} }

// attachWith attaches with further flags.
func (p program) attachWith(t *testing.T, flags []string, app *traced, file, ready string, clauses ...string) *bpftrace {
	t.Helper()
	var script strings.Builder
	at := func(clause string) { fmt.Fprintf(&script, "usdt:%s:%s:%s\n", file, app.provider, clause) }
	at(ready + ` { printf("` + firstReady + `\n"); }`)
	for _, clause := range clauses {
		at(clause)
	}
	at(ready + ` { printf("` + lastReady + `\n"); }`)
	cmd := p.command(append(flags, "-B", "none", "-e", p.adapt(t, script.String()))...)
	cmd.Env = append(os.Environ(),
		"BPFTRACE_STRLEN=200",     // the most that 0.17 has room for
		"BPFTRACE_MAX_STRLEN=204", // newer, where buf needs 4 bytes of it for the length
		keepOutput,
	)
	b := &bpftrace{start(t, cmd)}
	b.awaitReady(t, app, ready)
	return b
}

func (b *bpftrace) awaitReady(t *testing.T, app *traced, ready string) {
	t.Helper()
	missing := map[string]bool{firstReady: true, lastReady: true}
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	overdue := time.After(testenv.Patience)
	for len(missing) > 0 {
		select {
		case line, ok := <-b.Lines():
			if !ok {
				t.Fatal("bpftrace ended")
			}
			delete(missing, line)
		case <-again.C:
			app.fire(t, ready)
		case <-overdue:
			t.Fatalf("bpftrace is not attached after %v", testenv.Patience)
		}
	}
}

// attaching is what bpftrace says before it has attached, or after, by its version.
var attaching = regexp.MustCompile(`^Attach(ing|ed) \d+ probes?`)

// isEvent tells the script's output from what bpftrace says besides.
func isEvent(line string) bool {
	return line != "" && line != firstReady && line != lastReady && !attaching.MatchString(line)
}

// expect checks that the next lines of output are want.
func (b *bpftrace) expect(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		line := b.Next(t)
		for !isEvent(line) {
			line = b.Next(t)
		}
		if line != w {
			t.Errorf("bpftrace printed %q, want %q", line, w)
		}
	}
}

// detach ends bpftrace and returns the events not expected yet, and the maps, which are printed last.
func (b *bpftrace) detach(t *testing.T) []string {
	t.Helper()
	return events(t)(b.terminate())
}

// end waits until bpftrace has ended by itself and returns the same.
func (b *bpftrace) end(t *testing.T) []string {
	t.Helper()
	return events(t)(b.Wait())
}

func events(t *testing.T) func(printed []string, err error) []string {
	return func(printed []string, err error) []string {
		t.Helper()
		if err != nil {
			t.Errorf("bpftrace: %v", err)
		}
		return slices.DeleteFunc(printed, func(line string) bool { return !isEvent(line) })
	}
}
