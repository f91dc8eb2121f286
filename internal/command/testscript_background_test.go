//go:build linux && (amd64 || arm64)

package command

import (
	"errors"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// tracers has the programs that each script started in the background.
var tracers sync.Map // of []*tracer by *testscript.TestScript

func tracersOf(ts *testscript.TestScript) []*tracer {
	started, _ := tracers.Load(ts)
	of, _ := started.([]*tracer)
	return of
}

// lastTracer returns the program that was started last.
func lastTracer(ts *testscript.TestScript) *tracer {
	of := tracersOf(ts)
	if len(of) == 0 {
		ts.Fatalf("nothing was started by background")
	}
	return of[len(of)-1]
}

// writerOf returns the program that writes the file or, for files of others, the one that was
// started last: nil for none.
func writerOf(ts *testscript.TestScript, file string) *tracer {
	of := tracersOf(ts)
	for _, t := range slices.Backward(of) {
		if t.file == file {
			return t
		}
	}
	if len(of) == 0 {
		return nil
	}
	return of[len(of)-1]
}

// tracer is a program that runs until it is interrupted.
type tracer struct {
	cmd    *exec.Cmd
	file   string // that its output goes to
	signal func() // sends what the script has sent last; nil: nothing
	ended  sync.Once
	err    error

	// At a terminal:
	keyboard *os.File
	screen   chan struct{} // closed when its output is complete
}

// background starts a program as the leader of a process group, as a shell does.
func background(ts *testscript.TestScript, neg bool, args []string) {
	isTerminal := len(args) > 0 && args[0] == "terminal"
	if isTerminal {
		args = args[1:]
	}
	if neg || len(args) < 2 {
		ts.Fatalf("usage: background [terminal] FILE [nobody] COMMAND ...")
	}
	start := inGroup
	if isTerminal {
		start = atTerminal
	}
	t := start(ts, args[0], perhapsAsNobody(args[1:]))
	t.file = args[0]
	tracers.Store(ts, append(tracersOf(ts), t))
	ts.Defer(func() { // the script has awaited its end, or failed
		t.signal = t.kill
		_ = t.end(true, false)
	})
}

func inGroup(ts *testscript.TestScript, file string, command []string) *tracer {
	output, err := os.Create(ts.MkAbs(file))
	ts.Check(err)
	defer output.Close()
	t := &tracer{cmd: exec.Command(command[0], command[1:]...)}
	t.cmd.Stdout, t.cmd.Stderr = output, output
	t.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	t.cmd.Dir = ts.MkAbs(".")
	ts.Check(t.cmd.Start())
	return t
}

// end waits for the program's end. Before that, it may send the signal, and with again every 5 s.
func (t *tracer) end(first, again bool) error {
	t.ended.Do(func() {
		if first {
			t.signal()
		}
		over := make(chan struct{})
		defer close(over)
		if again {
			go repeat(t.signal, over)
		}
		overdue := time.AfterFunc(testenv.Patience, t.kill)
		defer overdue.Stop()
		t.err = t.cmd.Wait()
		if t.keyboard != nil {
			<-t.screen
			t.keyboard.Close()
		}
	})
	return t.err
}

// repeat sends a signal now and then, as a user does who notices that it had no effect.
func repeat(signal func(), over <-chan struct{}) {
	ticker := time.NewTicker(5 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			signal()
		case <-over:
			return
		}
	}
}

func (t *tracer) kill() { _ = syscall.Kill(-t.cmd.Process.Pid, syscall.SIGKILL) }

// interrupt sends SIGINT, as Ctrl-C does, and waits for the end. With !, the program may then fail.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	t := lastTracer(ts)
	t.signal = func() { _ = syscall.Kill(-t.cmd.Process.Pid, syscall.SIGINT) } // it may have ended
	if t.keyboard != nil {
		t.signal = func() { _, _ = t.keyboard.WriteString(ctrlC) }
	}
	t.awaitEnd(ts, neg, args, true)
}

// finish waits for the end. With !, the program may then fail.
func finish(ts *testscript.TestScript, neg bool, args []string) {
	lastTracer(ts).awaitEnd(ts, neg, args, false)
}

// awaitEnd is interrupt or, if no signal is to be sent first, finish.
func (t *tracer) awaitEnd(ts *testscript.TestScript, neg bool, args []string, first bool) {
	again := slices.Equal(args, []string{"again"})
	if len(args) != 0 && (!again || t.signal == nil) {
		ts.Fatalf("usage: interrupt [again] or, again after a signal, finish [again]")
	}
	err := t.end(first, again)
	var exit *exec.ExitError
	if err != nil && !(neg && errors.As(err, &exit) && !exit.Sys().(syscall.WaitStatus).Signaled()) {
		ts.Fatalf("the program ended with %v", err)
	}
}

// sendSignals sends signals, one right after the other, and does not wait for their effects. They
// go to the group of the program or, after the word alone, to the program only.
func sendSignals(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: signal [alone] SIGNAL ...")
	}
	t := lastTracer(ts)
	receiver := -t.cmd.Process.Pid
	if args[0] == "alone" {
		receiver, args = -receiver, args[1:]
	}
	for _, name := range args {
		number := unix.SignalNum(name)
		if number == 0 {
			ts.Fatalf("no signal %s", name)
		}
		t.signal = func() { _ = syscall.Kill(receiver, number) } // it may have ended
		ts.Check(syscall.Kill(receiver, number))
	}
}

// await waits until a file has a match, or until the program that writes it has ended without one.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await FILE REGEXP")
	}
	want, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	writer := writerOf(ts, args[0])
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for overdue := time.After(testenv.Patience); ; {
		ended := writer != nil && writer.isOver()
		content := ts.ReadFile(args[0])
		switch {
		case want.MatchString(content):
			return
		case ended:
			ts.Fatalf("no match for %q in %s at the end of the program:\n%s", args[1], args[0], content)
		}
		select {
		case <-again.C:
		case <-overdue:
			ts.Fatalf("no match for %q in %s after %v:\n%s", args[1], args[0], testenv.Patience, content)
		}
	}
}

// isOver tells whether the program has ended, and its output is complete.
func (t *tracer) isOver() bool {
	var info unix.Siginfo
	const flags = unix.WEXITED | unix.WNOHANG | unix.WNOWAIT // so that end can still wait for it
	err := unix.Waitid(unix.P_PID, t.cmd.Process.Pid, &info, flags, nil)
	if err == nil && info.Signo == 0 {
		return false // it runs
	}
	if t.screen != nil {
		<-t.screen
	}
	return true
}
