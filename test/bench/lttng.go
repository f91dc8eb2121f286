//go:build linux && cgo && (amd64 || arm64)

package main

import (
	"bufio"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

//go:embed lttng/bench.h lttng/fire.c
var lttngSources embed.FS

const (
	tracepoint = "LTTng-UST tracepoint, from C"
	session    = "usdt-bench"
)

// tracepoints is a program in C whose tracepoints LTTng takes.
type tracepoints struct {
	dir     string // of the program and the traces
	daemon  *exec.Cmd
	program *exec.Cmd
	asks    io.WriteCloser
	answers *bufio.Reader
}

// startTracepoints compiles and starts the program, and LTTng's session daemon if none is running.
func startTracepoints() (t *tracepoints, err error) {
	for _, tool := range []string{"gcc", "lttng", "lttng-sessiond"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, fmt.Errorf("install gcc, lttng-tools and liblttng-ust-dev: %w", err)
		}
	}
	t = new(tracepoints)
	if t.dir, err = os.MkdirTemp("", "tracepoints"); err != nil {
		return nil, err
	}
	if err = t.startDaemon(); err == nil {
		err = t.startProgram() // which waits for the daemon
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

func (t *tracepoints) startDaemon() error {
	answers := func() error { return lttng("--no-sessiond", "list") }
	if answers() == nil {
		return nil
	}
	t.daemon = exec.Command("lttng-sessiond", "--no-kernel")
	if err := t.daemon.Start(); err != nil {
		return err
	}
	const patience = 20 * time.Second
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		err := answers()
		if err == nil || time.Since(begin) > patience {
			return err
		}
	}
}

func (t *tracepoints) startProgram() error {
	if err := os.CopyFS(t.dir, lttngSources); err != nil {
		return err
	}
	source := filepath.Join(t.dir, "lttng")
	binary := filepath.Join(source, "fire")
	compile := exec.Command("gcc", "-O2", "-I.", "-o", binary, "fire.c", "-llttng-ust", "-ldl")
	compile.Dir = source
	if out, err := compile.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w\n%s", compile, err, out)
	}
	program := exec.Command(binary)
	program.Env = append(os.Environ(), "LTTNG_UST_REGISTER_TIMEOUT=-1") // waits for the daemon
	asks, err := program.StdinPipe()
	if err != nil {
		return err
	}
	answers, err := program.StdoutPipe()
	if err != nil {
		return err
	}
	t.program, t.asks, t.answers = program, asks, bufio.NewReader(answers)
	return program.Start()
}

// lttng runs LTTng's command.
func lttng(args ...string) error {
	_, err := lttngOutput(args...)
	return err
}

func lttngOutput(args ...string) (string, error) {
	cmd := exec.Command("lttng", args...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%v: %w\n%s", cmd, err, out)
	}
	return string(out), err
}

// fire fires a tracepoint n times, and returns whether it is in a session.
func (t *tracepoints) fire(name string, n int64) (isOn bool, err error) {
	if _, err := fmt.Fprintln(t.asks, name, n); err != nil {
		return false, err
	}
	answer, err := t.answers.ReadString('\n')
	return answer == "fired\n", err
}

// close ends what startTracepoints started.
func (t *tracepoints) close() {
	if t.program != nil {
		t.asks.Close()
		_ = t.program.Wait() // it has done its work
	}
	if t.daemon != nil {
		_ = t.daemon.Process.Signal(os.Interrupt)
		_ = t.daemon.Wait()
	}
	os.RemoveAll(t.dir)
}

// tracepointRows are the rows of the tracepoints, which say why they are missing if there is an
// error.
func tracepointRows(s state, t *tracepoints, err error) []row {
	many := int64(5 * burst) // because each operation asks another process
	fire := func(name string) func(int64) { return func(n int64) { _, _ = t.fire(name, n) } }
	rows := rowsOf(s, []path{
		{tracepoint, ints, fire("ints"), "", "ints", many},
		{tracepoint, text, fire("text"), "", "text", many},
	}, func(p path, b *testing.B) error { return t.whileRecorded(s, p, b) })
	for i := range rows {
		rows[i].err = err
	}
	return rows
}

// whileRecorded runs the path while LTTng writes what is fired to files, or keeps the newest in
// memory. None may be lost.
func (t *tracepoints) whileRecorded(s state, p path, b *testing.B) (err error) {
	create := []string{"create", session, "--output=" + filepath.Join(t.dir, "trace")}
	channel := []string{"enable-channel", "--userspace", "--subbuf-size=4M", "--num-subbuf=8", "all"}
	if s == inMemory {
		create = append(create, "--snapshot")
	}
	if err := lttng(create...); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lttng("destroy", session)) }()
	if err := errors.Join(lttng(channel...),
		lttng("enable-event", "--userspace", "--channel=all", "bench:*"), lttng("start")); err != nil {
		return err
	}
	if err := t.awaitOn(p.site); err != nil {
		return err
	}
	run(p, b)
	if err := lttng("stop"); err != nil || s == inMemory {
		return err
	}
	list, err := lttngOutput("list", session)
	if err == nil && !strings.Contains(list, "Discarded events: 0\n") {
		err = fmt.Errorf("LTTng has discarded events:\n%s", list)
	}
	return err
}

// awaitOn waits until LTTng has told the program that the tracepoint is in a session.
func (t *tracepoints) awaitOn(name string) error {
	const patience = 20 * time.Second
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(time.Millisecond) {
		if isOn, err := t.fire(name, 1); isOn || err != nil {
			return err
		}
	}
	return errors.New("LTTng does not enable its tracepoint")
}
