//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// perf calls perf with directories of its own.
type perf struct{ dir string }

func (p perf) command(args ...string) *exec.Cmd {
	cmd := exec.Command("perf", append([]string{"--buildid-dir", p.dir}, args...)...)
	cmd.Env = append(os.Environ(), "HOME="+p.dir)
	return cmd
}

const afterCache = "after `perf buildid-cache --add PATH`"

// TestPerf records two probes of a named file, or of a program's. perf finds no others by itself.
func TestPerf(t *testing.T) {
	needTracer(t, "perf")
	for _, c := range configs() {
		if c.backing == "memfd" {
			continue
		}
		t.Run(c.name+"/"+c.backing, func(t *testing.T) {
			provider := fmt.Sprintf("traced_%s_%d", c.name, os.Getpid()) // its events are global
			app := startProvider(t, c, provider)
			p := perf{t.TempDir()}
			start(t, p.command("buildid-cache", "--add", app.path(t, "six"))).Output(t)

			group := "sdt_" + provider
			listed := start(t, p.command("list", "sdt")).Output(t)
			for _, name := range names {
				if !strings.Contains(listed, " "+group+":"+name+" ") {
					t.Errorf("perf list does not have %s:\n%s", name, listed)
				}
			}
			t.Cleanup(func() { start(t, p.command("probe", "-d", group+":*")).Output(t) })
			for _, name := range []string{":six", ":none"} { // perf probe takes one at a time
				start(t, p.command("probe", group+name)).Output(t)
			}
			checkTypes(t, group+"/six", "u64", "s8", "u16", "s32", "s16", "s64")
			p.checkRecording(t, app, group, perfSix, perfNone)
			r := row{command: "perf probe sdt_PROVIDER:PROBE; perf record -p PID -e sdt_PROVIDER:PROBE"}
			if c.backing == embedded {
				p.checkProcesses(t, app, group)
				r.embedded = afterCache
			} else {
				r.fileByPid = afterCache
			}
			support(t, perfRow(t, r))
		})
	}
}

// fetches tell the kernel what to record of a probe. They have the kernel's own names of
// registers.
var fetches = map[string]map[string]string{
	"amd64": {"six": " %di:u64 %si:s8 %dx:u16 %cx:s32 %r8:s16 %r9:s64",
		"order_start": " %di:u64 +0(%si):string"},
	"arm64": {"six": " %x0:u64 %x1:s8 %x2:u16 %x3:s32 %x4:s16 %x5:s64",
		"order_start": " %x0:u64 +0(%x1):string"},
}[runtime.GOARCH]

// TestPerfMemory tells the kernel where probes in memory are, and records them.
func TestPerfMemory(t *testing.T) {
	needTracer(t, "perf")
	needDocumented(t, "echo 'p:shop/order_start PATH:OFFSET %di:u64 +0(%si):string' >> "+uprobeEvents)
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			group := fmt.Sprintf("memory_%s_%d", v.name, os.Getpid())
			app := startShop(t, config{v, "memfd"})
			path := app.do(t, "path six")
			p := perf{t.TempDir()}
			// This fails, but the exit status is 0.
			start(t, p.command("buildid-cache", "--add", path)).Output(t)
			if listed := start(t, p.command("list", "sdt")).Output(t); strings.Contains(listed, "six") {
				t.Errorf("perf knows the probes in memory:\n%s", listed)
			}

			events := []event{perfSix, perfNone,
				{"order_start", []any{7, "Grüße"}, []string{`arg1=7 arg2="Grüße"`}}}
			for _, e := range events {
				name := group + "/" + e.probe
				writeUprobeEvent(t, "p:"+name+" "+path+":"+location(t, path, e.probe)+fetches[e.probe])
				t.Cleanup(func() { writeUprobeEvent(t, "-:"+name) })
			}
			p.checkRecording(t, app, group, events...)
			support(t, perfRow(t, row{memfdByPid: "no", memfdByPath: "as a uprobe event"}))
		})
	}
}

const uprobeEvents = "/sys/kernel/tracing/uprobe_events"

// writeUprobeEvent defines or removes one of the kernel's uprobe events, which are global.
func writeUprobeEvent(t *testing.T, definition string) {
	t.Helper()
	events, err := os.OpenFile(uprobeEvents, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer events.Close()
	if _, err := events.WriteString(definition + "\n"); err != nil {
		t.Fatalf("%s: %v", definition, err)
	}
}

// perfRow completes a row.
func perfRow(t *testing.T, r row) row {
	t.Helper()
	printed := start(t, exec.Command("perf", "--version")).Output(t)
	r.tool, r.version, r.arguments = "perf",
		strings.TrimPrefix(strings.TrimSpace(printed), "perf version "), "six"
	return r
}

// perfSix has positive values in narrow arguments: perf script 6.1 drops the sign of values with
// 1 or 2 bytes. The kernel's own trace file keeps it.
var perfSix = event{
	"six",
	[]any{uint64(1<<64 - 1), 127, 65535, -1 << 31, 32767, -1 << 63},
	[]string{"arg1=18446744073709551615 arg2=127 arg3=65535 " +
		"arg4=-2147483648 arg5=32767 arg6=-9223372036854775808"},
}

var perfNone = event{"none", nil, []string{""}}

// checkRecording checks what perf script prints of the events that perf record has recorded.
func (p perf) checkRecording(t *testing.T, app *traced, group string, events ...event) {
	t.Helper()
	p.record(t, app, group, events)
	printed := start(t, p.command("script", "-i", p.recording(), "-F", "event,trace")).Output(t)
	var want []string
	for _, e := range events {
		want = append(want, strings.TrimSpace(group+":"+e.probe+": (ADDRESS) "+e.want[0]))
	}
	check(t, "what perf script prints", want, lines(printed))
}

// checkProcesses records a probe in all processes of a file, those that run and one that starts
// later.
func (p perf) checkProcesses(t *testing.T, app *traced, group string) {
	t.Helper()
	processes := []*traced{app, app.another(t)}
	recorder := start(t, p.command("record", "-o", p.recording(), "-a", "--delay=-1",
		"--control=fd:0,1", "-e", group+":six"))
	if got := recorder.Ask(t, "enable"); got != "ack" {
		t.Fatalf("perf answered %q, want ack", got)
	}
	processes = append(processes, app.another(t))
	var want []string
	for _, of := range processes {
		of.do(t, "wait six true")
		of.fire(t, "six", perfSix.args...)
		want = append(want, fmt.Sprintf("%d (ADDRESS) %s", of.PID(), perfSix.want[0]))
	}
	recorder.Tell(t, "stop")
	recorder.Output(t)
	printed := start(t, p.command("script", "-i", p.recording(), "-F", "pid,trace")).Output(t)
	check(t, "what perf script prints of three processes", want, lines(printed))
	for _, of := range processes {
		of.do(t, "wait six false")
	}
}

// checkTypes checks the types with which perf told the kernel to record the arguments of an
// event.
func checkTypes(t *testing.T, event string, types ...string) {
	t.Helper()
	events, err := os.ReadFile(uprobeEvents)
	if err != nil {
		t.Fatal(err)
	}
	definition := `(?m)^p:` + event + ` \S+`
	for i, typ := range types {
		definition += fmt.Sprintf(` arg%d=%%\w+:%s`, i+1, typ)
	}
	if !regexp.MustCompile(definition + `$`).Match(events) {
		t.Errorf("no event matches %s among\n%s", definition, events)
	}
}

// lines returns the lines that perf script printed, without addresses, and without spaces at
// their ends.
func lines(printed string) []string {
	var lines []string
	for line := range strings.Lines(printed) {
		line = regexp.MustCompile(`\([0-9a-f]+\)`).ReplaceAllString(line, "(ADDRESS)")
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

func (p perf) recording() string { return filepath.Join(p.dir, "perf.data") }

// record fires each event once while perf records. Enabled is true before perf records events, so
// perf is asked for an acknowledgement.
func (p perf) record(t *testing.T, app *traced, group string, events []event) {
	t.Helper()
	args := []string{"record", "-o", p.recording(), "-p", strconv.Itoa(app.PID()), "--delay=-1",
		"--control=fd:0,1"}
	for _, e := range events {
		args = append(args, "-e", group+":"+e.probe)
	}
	recorder := start(t, p.command(args...))
	if got := recorder.Ask(t, "enable"); got != "ack" {
		t.Fatalf("perf answered %q, want ack", got)
	}
	for _, e := range events {
		app.do(t, "wait "+e.probe+" true")
		app.fire(t, e.probe, e.args...)
	}
	recorder.Tell(t, "stop")
	recorder.Output(t)
	for _, e := range events {
		app.do(t, "wait "+e.probe+" false")
	}
}
