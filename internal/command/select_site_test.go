//go:build linux && (amd64 || arm64)

package command

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// choose selects from an object of this process that has the notes.
func choose(t *testing.T, pattern string, notes ...sdtnote.Note) *selection {
	t.Helper()
	patterns, err := parsePatterns([]string{pattern})
	if err != nil {
		t.Fatal(err)
	}
	v := newInventory(scope{})
	v.objects = []process.Object{{Path: "/proc/self/exe", Notes: notes}}
	s, err := v.choose(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Link editors fold equal functions, to which probes with different names may belong.
func TestSelectProbesAtOnePlace(t *testing.T) {
	a := sdtnote.Note{Provider: "p", Name: "a", FileOffset: 1}
	b := sdtnote.Note{Provider: "p", Name: "b", FileOffset: 1}
	s := choose(t, "p:*", a, b, a)
	if diff := cmp.Diff([]string{"p:a 1", "p:b 1"}, names(s.probes)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSelectProbesRefused(t *testing.T) {
	good := sdtnote.Note{Provider: "p", Name: "good", FileOffset: 1}
	bad := sdtnote.Note{Provider: "p", Name: "bad", FileOffset: 2, Semaphore: 0x1000}
	other := sdtnote.Note{Provider: "p", Name: "other", FileOffset: 3, Semaphore: 0x1000}
	s := choose(t, "p:*", good, bad, other)
	if diff := cmp.Diff([]string{"p:good 1"}, names(s.probes)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	const want = `p:bad and 1 other in "/proc/self/exe" cannot be traced: ` +
		`its semaphore, at 0x1000, is in no writable segment of the file`
	if len(s.refused) != 1 || s.refused[0].Error() != want {
		t.Errorf("refused: %v, want %s", s.refused, want)
	}
}

// A process lives on when its main thread has ended. The kernel does not find it by its id, but
// --all does.
func TestTraceWithoutMainThread(t *testing.T) {
	program := filepath.Join(t.TempDir(), "withoutmain")
	gcc := exec.Command(testenv.Tool(t, "gcc"), "-pthread", "-o", program, "testdata/withoutmain.c")
	if out, err := gcc.CombinedOutput(); err != nil {
		t.Fatalf("gcc: %v\n%s", err, out)
	}
	child := testenv.Start(t, exec.Command(program))
	t.Cleanup(child.Kill)
	pid := child.PID()
	awaitZombie(t, pid)

	err := checkMainThread(pid)
	want := fmt.Sprintf("the main thread of process %d has ended, and the kernel cannot "+
		"trace it by its id: use --all --where 'pid == %[1]d'", pid)
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
	var out, messages bytes.Buffer
	where := fmt.Sprintf("pid == %d", pid)
	args := []string{"trace", "--all", "--where", where, "--count", "1", "withoutmain:hit"}
	status := run(t.Context(), args, &out, &messages)
	if status != 0 || !strings.Contains(out.String(), "withoutmain:hit") {
		t.Errorf("status %d, %s%s", status, &messages, &out)
	}
}

// awaitZombie waits until the main thread of a process has ended.
func awaitZombie(t *testing.T, pid int) {
	t.Helper()
	for ended := false; !ended; {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			t.Fatal(err)
		}
		ended = strings.Contains(string(status), "State:\tZ")
	}
}
