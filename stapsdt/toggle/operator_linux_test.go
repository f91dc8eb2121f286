//go:build linux && (amd64 || arm64)

package toggle_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/toggle"
)

const programEnv = "TOGGLE_TEST_PROGRAM"

// program is what the tests below start: it loads nothing by itself, and tells where its probes
// are. It calls OnSignal if it is asked to.
func program(t *testing.T) {
	p := stapsdt.MustProvider("toggled")
	tick := stapsdt.MustProbe0(p, "tick")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		switch lines.Text() {
		case "path":
			fmt.Println("path", p.Path())
		case "fire":
			tick.Fire()
			fmt.Println("fired")
		case "OnSignal":
			_, err := toggle.OnSignal(func(on bool, err error) {
				fmt.Println("report", on, err)
			}, syscall.SIGHUP)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Println("listens")
		}
	}
}

// operated is a process whose operator is the test.
type operated struct{ *testenv.Child }

func start(t *testing.T, test string, env ...string) operated {
	t.Helper()
	args := testenv.Again(test)
	if os.Getenv("USDT_TEST_EXEC") != "" {
		t.Skip("an emulator has no tracers")
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(append(os.Environ(), programEnv+"=1"), env...)
	return operated{testenv.Start(t, cmd)}
}

// nextAfter returns what follows prefix in the next line that has it. Package testing writes lines,
// too.
func (o operated) nextAfter(t *testing.T, prefix string) string {
	t.Helper()
	for {
		if rest, ok := strings.CutPrefix(o.Next(t), prefix); ok {
			return strings.TrimPrefix(rest, " ")
		}
	}
}

func (o operated) path(t *testing.T) string {
	t.Helper()
	o.Tell(t, "path")
	return o.nextAfter(t, "path")
}

// toggle sends a signal and waits until the probes are there, or not. It returns their path.
func (o operated) toggle(t *testing.T, s syscall.Signal, loaded bool) string {
	t.Helper()
	if err := o.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(testenv.Patience); ; time.Sleep(time.Millisecond) {
		if path := o.path(t); (path != "") == loaded {
			return path
		}
		if time.Now().After(deadline) {
			t.Fatalf("loaded is not %t in %v", loaded, testenv.Patience)
		}
	}
}

// follow toggles the probes of a process on, off and on again, with a tracer attached.
func (o operated) follow(t *testing.T, s syscall.Signal) {
	t.Helper()
	if path := o.path(t); path != "" {
		t.Errorf("before any signal, %s is published", path)
	}
	for range 2 {
		tracer, err := counter.OpenProbe(o.toggle(t, s, true), "tick")
		if err != nil {
			testenv.Lacks(t, err)
		}
		defer tracer.Close()
		o.expect(t, tracer, 1)
		o.toggle(t, s, false)
		o.expect(t, tracer, 1)
	}
}

// expect fires the probe, and expects that the tracer has seen it so many times.
func (o operated) expect(t *testing.T, tracer *counter.Counter, times uint64) {
	t.Helper()
	o.Tell(t, "fire")
	o.nextAfter(t, "fired")
	if n, err := tracer.Value(); err != nil || n != times {
		t.Errorf("the tracer has seen %d fires (%v), want %d", n, err, times)
	}
}

func TestTracerOfOnSignal(t *testing.T) {
	if os.Getenv(programEnv) != "" {
		program(t)
		return
	}
	o := start(t, "TestTracerOfOnSignal")
	o.Tell(t, "OnSignal")
	o.nextAfter(t, "listens")
	o.follow(t, syscall.SIGHUP)
}

// TestEnvironment: the program does nothing but import the package.
func TestEnvironment(t *testing.T) {
	if os.Getenv(programEnv) != "" {
		program(t)
		return
	}
	o := start(t, "TestEnvironment", "STAPSDT_TOGGLE=SIGUSR1")
	o.follow(t, syscall.SIGUSR1)
	o.End(t)
	want := strings.Repeat("tracing probes are loaded\ntracing probes are unloaded\n", 2)
	if got := withoutTimes(o.Errors()); got != want {
		t.Errorf("the log is %q, want %q", got, want)
	}
}

// TestOperatorOverrides: the operator chooses the signal, and the program gets the reports.
func TestOperatorOverrides(t *testing.T) {
	if os.Getenv(programEnv) != "" {
		program(t)
		return
	}
	o := start(t, "TestOperatorOverrides", "STAPSDT_TOGGLE=SIGUSR2")
	o.Tell(t, "OnSignal")
	o.nextAfter(t, "listens")
	for _, loaded := range []bool{true, false} {
		if err := o.Process.Signal(syscall.SIGUSR2); err != nil {
			t.Fatal(err)
		}
		if got, want := o.nextAfter(t, "report"), fmt.Sprint(loaded, " <nil>"); got != want {
			t.Errorf("the program is told %q, want %q", got, want)
		}
	}
	o.End(t)
	if log := o.Errors(); log != "" {
		t.Errorf("the log is %q", log)
	}
}

// TestWrongEnvironment: the program goes on, and says what is wrong.
func TestWrongEnvironment(t *testing.T) {
	if os.Getenv(programEnv) != "" {
		program(t)
		return
	}
	o := start(t, "TestWrongEnvironment", "STAPSDT_TOGGLE=SIGKILL")
	if path := o.path(t); path != "" {
		t.Errorf("%s is published", path)
	}
	o.End(t)
	for _, part := range []string{"toggle: ", `"SIGKILL"`, "SIGUSR2, SIGUSR1 or SIGHUP"} {
		if !strings.Contains(o.Errors(), part) {
			t.Errorf("the log is %q, want it to contain %q", o.Errors(), part)
		}
	}
}

// withoutTimes removes the times of package log.
func withoutTimes(text string) (lines string) {
	for line := range strings.Lines(text) {
		_, line, _ = strings.Cut(line, "tracing")
		lines += "tracing" + line
	}
	return lines
}
