//go:build linux && (amd64 || arm64)

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A file system that does not answer makes the probes of its files missing. It holds up no command,
// although nothing ends the thread that waits: the kernel asks for open without a way out.
func TestSilentFileSystem(t *testing.T) {
	image := loadProvider(t, "silentfile").Path()
	loadProvider(t, "answers")
	silent := testenv.StartSilentFS(t, image)
	testenv.MapToExecute(t, silent.File)
	silent.Silence(t, "open")
	pid := fmt.Sprint(os.Getpid())

	list := testenv.Start(t, exec.Command("usdt", "list", "-p", pid))
	silent.AwaitSilence(t)
	lines, err := list.Wait()
	listed := strings.Join(lines, "\n")
	warning := fmt.Sprintf("usdt: %q in process %s: no answer from the file system; skipped\n",
		silent.File, pid)
	if err != nil || !strings.Contains(listed, "answers:one") || list.Errors() != warning {
		t.Errorf("%v, %s\n%s", err, listed, list.Errors())
	}

	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
	var out, messages bytes.Buffer
	status := run(t.Context(), []string{"trace", "-p", pid, "answers:*", "-d", "1ms"}, &out, &messages)
	if status != 0 || !strings.Contains(messages.String(), "tracing 2 probes") {
		t.Errorf("trace: status %d, %s", status, &messages)
	}
}

// Ctrl-C ends usdt while it waits.
func TestInterruptSilentFileSystem(t *testing.T) {
	silent := testenv.StartSilentFS(t, loadProvider(t, "silentfile").Path())
	testenv.MapToExecute(t, silent.File)
	silent.Silence(t, "open")
	for _, command := range []string{"list", "trace"} {
		args := []string{command, "-p", fmt.Sprint(os.Getpid())}
		if command == "trace" {
			args = append(args, "silentfile:*")
		}
		usdt := testenv.Start(t, exec.Command("usdt", args...))
		silent.AwaitSilence(t)
		if err := usdt.Process.Signal(unix.SIGINT); err != nil {
			t.Fatal(err)
		}
		_, err := usdt.Wait()
		var ended *exec.ExitError
		if !errors.As(err, &ended) || ended.Sys().(syscall.WaitStatus).Signal() != unix.SIGINT {
			t.Errorf("%s: %v, %s", command, err, usdt.Errors())
		}
	}
}
