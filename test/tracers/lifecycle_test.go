//go:build linux && (amd64 || arm64)

package tracers

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestAddAfterLoad adds probes while a tracer is attached to the first ones. The tracer must not
// notice.
func TestAddAfterLoad(t *testing.T) {
	needTracer(t, "bpftrace")
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		early := installed.attach(t, app, byPid, "ready", `int8 { printf("early %lld\n", arg0); }`)
		app.fire(t, "int8", 1)
		early.expect(t, "early 1")

		app.do(t, "add late")
		app.do(t, "add late_ready")
		app.fire(t, "late") // it is not loaded yet, so no tracer can see it
		app.do(t, "load")
		checkEnabled(t, app, "int8", "true")
		late := installed.attach(t, app, app.path(t, "late"), "late_ready",
			`late { printf("late\n"); }`)
		app.fire(t, "late")
		late.expect(t, "late")
		app.fire(t, "int8", 2)
		early.expect(t, "early 2")

		for _, b := range []*bpftrace{early, late} {
			if rest := b.detach(t); len(rest) > 0 {
				t.Errorf("further events: %q", rest)
			}
		}
		app.do(t, "wait int8 false")
		app.do(t, "wait late false")
	})
}

// TestUnloadTraced unloads probes while a tracer is attached. This tracer sees nothing more, not
// even after the next load. A new tracer does. Embedded probes stay where they are, and the tracer
// sees them again.
func TestUnloadTraced(t *testing.T) {
	needTracer(t, "bpftrace")
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		old := installed.attach(t, app, byPid, "ready", `int8 { printf("old %lld\n", arg0); }`)
		app.fire(t, "int8", 1)
		old.expect(t, "old 1")

		app.do(t, "unload")
		checkEnabled(t, app, "int8", "false")
		app.fire(t, "int8", 2)
		app.do(t, "load")
		if c.backing == embedded {
			app.fire(t, "int8", 0)
			old.expect(t, "old 0")
			return
		}
		checkEnabled(t, app, "int8", "false")
		again := installed.attach(t, app, byPid, "ready", `int8 { printf("again %lld\n", arg0); }`)
		app.fire(t, "int8", 3)
		again.expect(t, "again 3")

		for _, b := range []*bpftrace{old, again} {
			if rest := b.detach(t); len(rest) > 0 {
				t.Errorf("further events: %q", rest)
			}
		}
		app.do(t, "wait int8 false")
	})
}

// TestBackingFile checks that a named file is in the directory that was asked for, and gone after
// unload.
func TestBackingFile(t *testing.T) {
	t.Parallel()
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			app := startTraced(t, config{v, "file"})
			want := []string{app.do(t, "path none")}
			if diff := cmp.Diff(want, app.files(t)); diff != "" {
				t.Errorf("files after Load (-want +got):\n%s", diff)
			}
			app.do(t, "unload")
			if got := app.do(t, "path none"); got != "" {
				t.Errorf("Path after Unload is %q", got)
			}
			if left := app.files(t); len(left) > 0 {
				t.Errorf("files after Unload: %q", left)
			}
			app.do(t, "load") // end checks that these files go, too
		})
	}
}

// TestStorm attaches and detaches while goroutines fire without a pause. All events must have the
// right arguments.
func TestStorm(t *testing.T) {
	needTracer(t, "bpftrace")
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		app.do(t, "storm")
		for range 5 {
			b := installed.attach(t, app, byPid, "ready",
				`mixed { @events = count(); }`,
				`mixed / str(arg0) != "storm" / { printf("text %s\n", str(arg0)); }`,
				`mixed / (int64)arg1 != -7 / { printf("number %lld\n", arg1); }`,
				`mixed / str(arg2, arg3 + 1) != "storm" / { printf("bytes %r\n", buf(arg2, arg3)); }`,
				`mixed / str(arg4) != "end" / { printf("end %s\n", str(arg4)); }`)
			printed := strings.Join(b.detach(t), "\n")
			if !regexp.MustCompile(`^@events: [1-9]\d*$`).MatchString(printed) {
				t.Errorf("bpftrace printed %s, want only a number of @events", printed)
			}
			app.do(t, "wait mixed false")
		}
		app.do(t, "calm")
	})
}
