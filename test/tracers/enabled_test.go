//go:build linux && (amd64 || arm64)

package tracers

import "testing"

// checkEnabled checks what Enabled of a probe says.
func checkEnabled(t *testing.T, tg *target, probe, want string) {
	t.Helper()
	if got := tg.do(t, "enabled "+probe); got != want {
		t.Errorf("Enabled of %s is %s, want %s", probe, got, want)
	}
}

// TestEnabled attaches by path and follows Enabled.
func TestEnabled(t *testing.T) {
	needTracer(t, "bpftrace")
	matrix(t, func(t *testing.T, c config) {
		tg := startTarget(t, c)
		checkEnabled(t, tg, "int8", "false")
		tg.fire(t, "int8", 1)

		b := installed.attach(t, tg, tg.do(t, "path int8"), "ready", `int8 { printf("%lld\n", arg0); }`)
		checkEnabled(t, tg, "int8", "true")
		checkEnabled(t, tg, "none", "false") // it has no clause
		tg.fire(t, "int8", 2)
		b.expect(t, "2")

		if rest := b.detach(t); len(rest) > 0 {
			t.Errorf("further events: %q", rest)
		}
		tg.do(t, "wait int8 false")
		tg.fire(t, "int8", 3)
	})
}

// TestTwoTracers attaches two tracers to one probe and detaches the first one first.
func TestTwoTracers(t *testing.T) {
	needTracer(t, "bpftrace")
	matrix(t, func(t *testing.T, c config) {
		tg := startTarget(t, c)
		first := installed.attach(t, tg, byPid, "ready", `int32 { printf("first %lld\n", arg0); }`)
		second := installed.attach(t, tg, tg.do(t, "path int32"), "ready", `int32 { printf("second %lld\n", arg0); }`)
		tg.fire(t, "int32", 1)
		first.expect(t, "first 1")
		second.expect(t, "second 1")

		if rest := first.detach(t); len(rest) > 0 {
			t.Errorf("further events of the first: %q", rest)
		}
		checkEnabled(t, tg, "int32", "true")
		tg.fire(t, "int32", 2)
		second.expect(t, "second 2")

		if rest := second.detach(t); len(rest) > 0 {
			t.Errorf("further events of the second: %q", rest)
		}
		tg.do(t, "wait int32 false")
	})
}
