//go:build linux && (amd64 || arm64)

package tracers

import "testing"

// checkEnabled checks what Enabled of a probe says.
func checkEnabled(t *testing.T, app *traced, probe, want string) {
	t.Helper()
	if got := app.do(t, "enabled "+probe); got != want {
		t.Errorf("Enabled of %s is %s, want %s", probe, got, want)
	}
}

// TestEnabled attaches tracers by path, and checks what Enabled says before, meanwhile and
// afterwards.
func TestEnabled(t *testing.T) {
	needTracer(t, "bpftrace")
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		checkEnabled(t, app, "int8", "false")
		app.fire(t, "int8", 1)

		b := installed.attach(t, app, app.path(t, "int8"), "ready", `int8 { printf("%lld\n", arg0); }`)
		checkEnabled(t, app, "int8", "true")
		checkEnabled(t, app, "none", "false") // it has no clause
		app.fire(t, "int8", 2)
		b.expect(t, "2")

		if rest := b.detach(t); len(rest) > 0 {
			t.Errorf("further events: %q", rest)
		}
		app.do(t, "wait int8 false")
		app.fire(t, "int8", 3)
	})
}

// TestTwoTracers attaches two tracers to one probe, and detaches the first one first.
func TestTwoTracers(t *testing.T) {
	needTracer(t, "bpftrace")
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		first := installed.attach(t, app, byPid, "ready", `int32 { printf("first %lld\n", arg0); }`)
		second := installed.attach(t, app, app.path(t, "int32"), "ready",
			`int32 { printf("second %lld\n", arg0); }`)
		app.fire(t, "int32", 1)
		first.expect(t, "first 1")
		second.expect(t, "second 1")

		if rest := first.detach(t); len(rest) > 0 {
			t.Errorf("further events of the first: %q", rest)
		}
		checkEnabled(t, app, "int32", "true")
		app.fire(t, "int32", 2)
		second.expect(t, "second 2")

		if rest := second.detach(t); len(rest) > 0 {
			t.Errorf("further events of the second: %q", rest)
		}
		app.do(t, "wait int32 false")
	})
}
