//go:build linux && (amd64 || arm64)

package tracers

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAddAfterLoad adds probes while a tracer is attached to the first ones, which must not notice.
func TestAddAfterLoad(t *testing.T) {
	needTracer(t, "bpftrace")
	matrix(t, func(t *testing.T, c config) {
		tg := startTarget(t, c)
		early := installed.attach(t, tg, byPid, "ready", `int8 { printf("early %lld\n", arg0); }`)
		tg.fire(t, "int8", 1)
		early.expect(t, "early 1")

		tg.do(t, "add late")
		tg.do(t, "add late_ready")
		tg.fire(t, "late") // not live yet: nobody can see it
		tg.do(t, "load")
		checkEnabled(t, tg, "int8", "true")
		late := installed.attach(t, tg, tg.do(t, "path late"), "late_ready", `late { printf("late\n"); }`)
		tg.fire(t, "late")
		late.expect(t, "late")
		tg.fire(t, "int8", 2)
		early.expect(t, "early 2")

		for _, b := range []*bpftrace{early, late} {
			if rest := b.detach(t); len(rest) > 0 {
				t.Errorf("further events: %q", rest)
			}
		}
		tg.do(t, "wait int8 false")
		tg.do(t, "wait late false")
	})
}

// TestUnloadTraced unloads under an attached tracer, which sees nothing more, not even of the next load;
// a new tracer does.
func TestUnloadTraced(t *testing.T) {
	needTracer(t, "bpftrace")
	matrix(t, func(t *testing.T, c config) {
		tg := startTarget(t, c)
		old := installed.attach(t, tg, byPid, "ready", `int8 { printf("old %lld\n", arg0); }`)
		tg.fire(t, "int8", 1)
		old.expect(t, "old 1")

		tg.do(t, "unload")
		checkEnabled(t, tg, "int8", "false")
		tg.fire(t, "int8", 2)
		tg.do(t, "load")
		checkEnabled(t, tg, "int8", "false")
		again := installed.attach(t, tg, byPid, "ready", `int8 { printf("again %lld\n", arg0); }`)
		tg.fire(t, "int8", 3)
		again.expect(t, "again 3")

		for _, b := range []*bpftrace{old, again} {
			if rest := b.detach(t); len(rest) > 0 {
				t.Errorf("further events: %q", rest)
			}
		}
		tg.do(t, "wait int8 false")
	})
}

// TestBackingFile checks that a named file is where it was asked for, and gone after unload.
func TestBackingFile(t *testing.T) {
	t.Parallel()
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			tg := startTarget(t, config{v, "file"})
			want := []string{tg.do(t, "path none")}
			if diff := cmp.Diff(want, tg.files(t)); diff != "" {
				t.Errorf("files after Load (-want +got):\n%s", diff)
			}
			tg.do(t, "unload")
			if got := tg.do(t, "path none"); got != "" {
				t.Errorf("Path after Unload is %q", got)
			}
			if left := tg.files(t); len(left) > 0 {
				t.Errorf("files after Unload: %q", left)
			}
			tg.do(t, "load") // the files of this one are gone at the end, too: see end
		})
	}
}

// TestStorm attaches and detaches while goroutines fire without a pause. All that is seen must be right.
func TestStorm(t *testing.T) {
	needTracer(t, "bpftrace")
	matrix(t, func(t *testing.T, c config) {
		tg := startTarget(t, c)
		tg.do(t, "storm")
		for range 5 {
			b := installed.attach(t, tg, byPid, "ready",
				`mixed { @events = count(); }`,
				`mixed / str(arg0) != "storm" / { printf("text %s\n", str(arg0)); }`,
				`mixed / (int64)arg1 != -7 / { printf("number %lld\n", arg1); }`,
				`mixed / str(arg2, arg3 + 1) != "storm" / { printf("bytes %r\n", buf(arg2, arg3)); }`,
				`mixed / str(arg4) != "end" / { printf("end %s\n", str(arg4)); }`)
			printed := strings.Join(b.detach(t), "\n")
			if !regexp.MustCompile(`^@events: [1-9]\d*$`).MatchString(printed) {
				t.Errorf("bpftrace printed %s, want only a number of @events", printed)
			}
			tg.do(t, "wait mixed false")
		}
		tg.do(t, "calm")
	})
}
