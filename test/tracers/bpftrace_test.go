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

// byPid, in place of a file, makes bpftrace look for the probes in the mappings of the process.
const byPid = "*"

// bpftrace is a running bpftrace that is attached to a traced process.
type bpftrace struct{ *child }

// keepOutput initializes the memory that bpftrace allocates. Before version 0.33, libbcc closes a
// file descriptor whose number it never set, often 1, when it resolves the addresses of a stack
// (https://github.com/iovisor/bcc/pull/5193). bpftrace then prints nothing more, and ends with
// status 0.
const keepOutput = "GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.perturb=165"

// These lines say that the first and the last clause of a script are attached.
const firstReady, lastReady = "first ready", "last ready"

// attach starts bpftrace on the probes in file, or byPid, and waits until it is attached to all
// of them. Each clause begins with the name of a probe. The probe ready must be in the same file.
// It is fired while the test waits.
//
// Enabled is true some time before events come, because bpftrace changes the site before it
// connects the script. It attaches one clause after the other, forwards or backwards, so all
// clauses are attached when the first and the last are.
func (p program) attach(t *testing.T, app *traced, file, ready string,
	clauses ...string) *bpftrace {
	t.Helper()
	var flags []string
	if file == byPid {
		flags = app.pidFlag()
	}
	return p.attachWith(t, flags, app, file, ready, clauses...)
}

// pidFlag returns the flag that makes bpftrace trace this process only.
func (app *traced) pidFlag() []string { return []string{"-p", strconv.Itoa(app.PID())} }

// attachWith attaches with further flags.
func (p program) attachWith(t *testing.T, flags []string, app *traced, file, ready string,
	clauses ...string) *bpftrace {
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
		"BPFTRACE_STRLEN=200",     // the most that 0.17 takes
		"BPFTRACE_MAX_STRLEN=204", // the same in newer versions; buf uses 4 bytes for the length
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

// attaching matches what bpftrace prints before it attaches, or after, depending on its version.
var attaching = regexp.MustCompile(`^Attach(ing|ed) \d+ probes?`)

// isEvent says whether a line is output of the script, and not a message of bpftrace.
func isEvent(line string) bool {
	return line != "" && line != firstReady && line != lastReady && !attaching.MatchString(line)
}

// expect checks that want are the next lines of the script's output.
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

// detach ends bpftrace. It returns the events that were not expected yet, and then the maps,
// which bpftrace prints at its end.
func (b *bpftrace) detach(t *testing.T) []string {
	t.Helper()
	b.Terminate()
	return events(t)(b.Wait())
}

// end waits until bpftrace ends by itself, and returns the same as detach.
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
