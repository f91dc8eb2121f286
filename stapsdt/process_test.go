//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

const withoutProcEnv = "STAPSDT_TEST_WITHOUT_PROC"

// TestWithoutProc loads from a memfd where no /proc is, in a mount namespace of another process.
func TestWithoutProc(t *testing.T) {
	if os.Getenv(withoutProcEnv) == "" {
		if os.Geteuid() != 0 || os.Getenv("USDT_TEST_EXEC") != "" {
			testenv.Lacks(t, fmt.Errorf("covering /proc needs root, and no emulator"))
		}
		cover := `mount -t tmpfs none /proc && exec "$0" "$@"`
		child := again(t, "TestWithoutProc", withoutProcEnv+"=1")
		cmd := exec.Command("unshare", append([]string{"--mount", "sh", "-c", cover}, child.Args...)...)
		cmd.Env = child.Env
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "--- PASS: TestWithoutProc") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if _, err := os.Stat("/proc/self"); err == nil {
		t.Fatal("/proc is there")
	}
	p := newProvider(t)
	probe := stapsdt.MustProbe1[string](p, "p")
	for range 2 {
		mustLoad(t, p)
		// The path is for tracers that see this process in a /proc of their own.
		if !regexp.MustCompile(fmt.Sprintf(`^/proc/%d/fd/\d+$`, os.Getpid())).MatchString(p.Path()) {
			t.Errorf("the path is %s", p.Path())
		}
		probe.Fire("harmless")
		if err := p.Unload(); err != nil {
			t.Error(err)
		}
	}
}

// TestDescriptorsOfThread loads in a thread whose descriptors are not those of the main thread,
// which are the ones in /proc/PID/fd.
func TestDescriptorsOfThread(t *testing.T) {
	runtime.LockOSThread() // for ever: the thread ends with this goroutine
	if err := unix.Unshare(unix.CLONE_FILES | unix.CLONE_NEWNS); err != nil {
		testenv.Lacks(t, fmt.Errorf("unshare: %w", err))
	}
	p := stapsdt.MustProvider("test")
	probe := stapsdt.MustProbe1[string](p, "p")
	mustLoad(t, p)
	if names := noteNames(t, p.Path()); len(names) != 1 {
		t.Errorf("%s has the probes %q, want one", p.Path(), names)
	}
	probe.Fire("harmless")
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

const changedEnv = "STAPSDT_TEST_CHANGED"

// TestChangedFile: what root does to the file of a live program. Nobody can change a memfd. A named
// file can be removed without harm. If it is truncated, the program dies when it fires: there is no
// way to have its pages, which tracers need, and to keep them from truncate(2). See FileBacking.
func TestChangedFile(t *testing.T) {
	if backing := os.Getenv(changedEnv); backing != "" {
		fireWhenTold(t, backing)
		return
	}
	remove := func(path string) error { return os.Remove(path) }
	truncate := func(path string) error {
		_ = os.Chmod(path, 0o600) // root needs no such permission, the program's user does
		return os.Truncate(path, 0)
	}
	for _, test := range []struct {
		name, backing string
		change        func(path string) error
		refused, dies bool
	}{
		{"memfd truncated", "memfd", truncate, true, false},
		{"file removed", "file", remove, false, false},
		{"file truncated", "file", truncate, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			cmd := again(t, "TestChangedFile", changedEnv+"="+test.backing,
				"STAPSDT_BACKING="+test.backing, "STAPSDT_DIR="+dir)
			child := testenv.Start(t, cmd)
			path := nextPath(t, child)
			if err := test.change(path); (err != nil) != test.refused {
				t.Fatalf("change %s: %v", path, err)
			}
			child.CloseInput()
			out, err := child.Wait()
			died := err != nil && strings.Contains(child.Errors(), "SIGBUS")
			if died != test.dies || !died && err != nil {
				t.Errorf("the program ended by %v: %q\n%s", err, out, child.Errors())
			}
			if left, _ := filepath.Glob(dir + "/*/*"); len(left) > 0 && !test.dies {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

func fireWhenTold(t *testing.T, backing string) {
	p := newProvider(t)
	probe := stapsdt.MustProbe1[string](p, "p")
	mustLoad(t, p)
	fmt.Println("path", p.Path())
	_, _ = os.Stdin.Read(make([]byte, 1))
	probe.Fire(backing)
}
