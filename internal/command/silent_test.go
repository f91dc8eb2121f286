//go:build linux && (amd64 || arm64)

package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
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

// A home directory that does not answer holds up no command.
func TestSilentDescriptions(t *testing.T) {
	path := loadProvider(t, "answers").Path()
	silent := testenv.StartSilentFS(t, path)
	silent.Silence(t, "lookup")
	config := filepath.Dir(silent.File)
	usdt := exec.Command("usdt", "list", path)
	usdt.Env = append(os.Environ(), "XDG_CONFIG_HOME="+config)
	list := testenv.Start(t, usdt)
	silent.AwaitSilence(t)
	lines, err := list.Wait()
	warning := "usdt: descriptions are not read: " + config +
		"/usdt: no answer from the file system; skipped\n"
	if err != nil || len(lines) != 3 || list.Errors() != warning {
		t.Errorf("%v, %q\n%s", err, lines, list.Errors())
	}

	named := testenv.Start(t, exec.Command("usdt", "list", "--types", config+"/x.d", path))
	_, err = named.Wait()
	var ended *exec.ExitError
	if !errors.As(err, &ended) || ended.ExitCode() != statusUsage ||
		!strings.HasPrefix(named.Errors(), "usdt: --types: "+config+"/x.d: no answer") {
		t.Errorf("%v, %s", err, named.Errors())
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

// selectSilent selects the probes of a file whose file system can stop to answer, and of another.
func selectSilent(t *testing.T) (*testenv.SilentFS, *selection) {
	t.Helper()
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
	silent := testenv.StartSilentFS(t, loadProvider(t, "silentfile").Path())
	testenv.MapToExecute(t, silent.File)
	loadProvider(t, "answers")
	self := scope{pids: pidList{os.Getpid()}}
	sel, err := selectProbes(self, nil, []string{"silentfile:one", "answers:one"})
	if err != nil {
		t.Fatal(err)
	}
	return silent, sel
}

// A file system that does not answer any more when its probes were found holds up no command that
// attaches. The other probes are traced, if the command wants it.
func TestSilentAtAttach(t *testing.T) {
	for _, operation := range []string{"lookup", "getattr"} {
		silent, sel := selectSilent(t)
		silent.Silence(t, operation)
		cmd := new(cobra.Command)
		cmd.SetContext(t.Context())
		var skipped []error
		options := uprobe.Options{PID: os.Getpid(), Skipped: func(site uprobe.Site, err error) {
			if site.Path == silent.File {
				skipped = append(skipped, err)
			}
		}}
		attaching(cmd, &options)
		counter, err := uprobe.Count(sel.probes, options)
		if err != nil {
			t.Fatalf("%s: %v", operation, err)
		}
		if err := counter.Close(); err != nil {
			t.Error(err)
		}
		silent.AwaitSilence(t)
		const want = "no answer from the file system"
		if len(skipped) != 1 || !strings.Contains(skipped[0].Error(), want) {
			t.Errorf("%s: skipped %v, want %q", operation, skipped, want)
		}
	}
}

// Ctrl-C ends attaching while a file system does not answer.
func TestInterruptSilentAtAttach(t *testing.T) {
	silent, sel := selectSilent(t)
	silent.Silence(t, "lookup")
	ctx, cancel := context.WithCancelCause(t.Context())
	cmd := new(cobra.Command)
	cmd.SetContext(ctx)
	options := uprobe.Options{PID: os.Getpid(), Skipped: func(uprobe.Site, error) {}}
	attaching(cmd, &options)
	ended := make(chan error)
	go func() {
		counter, err := uprobe.Count(sel.probes, options)
		if err == nil {
			err = counter.Close()
		}
		ended <- err
	}()
	silent.AwaitSilence(t)
	cancel(errInterrupted)
	if err := <-ended; !errors.Is(err, errInterrupted) {
		t.Errorf("it ended with %v", err)
	}
}
