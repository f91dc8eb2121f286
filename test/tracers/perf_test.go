//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// perf is how to call perf with directories of its own.
type perf struct{ dir string }

func (p perf) command(args ...string) *exec.Cmd {
	cmd := exec.Command("perf", append([]string{"--buildid-dir", p.dir}, args...)...)
	cmd.Env = append(os.Environ(), "HOME="+p.dir)
	return cmd
}

// TestPerf records two probes of a named file: perf cannot have others.
func TestPerf(t *testing.T) {
	needTracer(t, "perf")
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			provider := fmt.Sprintf("target_%s_%d", v.name, os.Getpid()) // its events are global
			tg := startTarget(t, config{v, "file"}, "-provider", provider)
			p := perf{t.TempDir()}
			start(t, p.command("buildid-cache", "--add", tg.do(t, "path six"))).output(t)

			group := "sdt_" + provider
			listed := start(t, p.command("list", group+":*")).output(t)
			for _, name := range names {
				if !strings.Contains(listed, " "+group+":"+name+" ") {
					t.Errorf("perf list does not have %s:\n%s", name, listed)
				}
			}
			t.Cleanup(func() { start(t, p.command("probe", "-d", group+":*")).output(t) })
			for _, name := range []string{":six", ":none"} { // perf probe takes one at a time
				start(t, p.command("probe", group+name)).output(t)
			}
			checkTypes(t, group+"/six", "u64", "s8", "u16", "s32", "s16", "s64")
			p.record(t, tg, group)
			got := start(t, p.command("script", "-i", p.recording(), "-F", "event,trace")).output(t)
			want := []string{
				group + ":six: (ADDRESS) arg1=18446744073709551615 arg2=127 arg3=65535 arg4=-2147483648 arg5=32767 arg6=-9223372036854775808",
				group + ":none: (ADDRESS)",
			}
			if diff := cmp.Diff(want, lines(got)); diff != "" {
				t.Errorf("perf script differs (-want +got):\n%s", diff)
			}
		})
	}
}

// checkTypes checks as what perf told the kernel to record the arguments of an event.
func checkTypes(t *testing.T, event string, types ...string) {
	t.Helper()
	events, err := os.ReadFile("/sys/kernel/tracing/uprobe_events")
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

// lines returns the lines of what perf script printed, without spaces at their ends and addresses.
func lines(printed string) []string {
	var lines []string
	for line := range strings.Lines(printed) {
		line = regexp.MustCompile(`\([0-9a-f]+\)`).ReplaceAllString(line, "(ADDRESS)")
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

func (p perf) recording() string { return filepath.Join(p.dir, "perf.data") }

// record fires both probes once while perf records them. Enabled is true before events are recorded, so
// perf is asked to acknowledge.
func (p perf) record(t *testing.T, tg *target, group string) {
	t.Helper()
	recorder := start(t, p.command("record", "-o", p.recording(), "-p", strconv.Itoa(tg.Process.Pid),
		"-e", group+":six", "-e", group+":none", "--delay=-1", "--control=fd:0,1"))
	control := func(command string) {
		if _, err := recorder.stdin.Write([]byte(command + "\n")); err != nil {
			t.Fatal(err)
		}
	}
	control("enable")
	if got := recorder.next(t); got != "ack" {
		t.Fatalf("perf answered %q, want ack", got)
	}
	tg.do(t, "wait six true")
	// Positive where narrow: perf script 6.1 drops the sign of what has 1 or 2 bytes, as the kernel's own
	// trace file does not.
	tg.fire(t, "six", uint64(1<<64-1), 127, 65535, -1<<31, 32767, -1<<63)
	tg.fire(t, "none")
	control("stop")
	recorder.output(t)
	tg.do(t, "wait six false")
}
