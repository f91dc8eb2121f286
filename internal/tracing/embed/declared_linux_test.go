package embed_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/embed"
)

// What initialization does that keeps the program from printing is said, with its output, and
// nothing is left: no process and no file.
func TestDeclaredFails(t *testing.T) {
	path := build(t, "0", nil)
	p, err := embed.Open([]byte(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	for init, want := range map[string]string{
		"exit":  `exit status 7; it wrote "initialising\n"`,
		"panic": `no configuration \x1b[31m`,
		"close": "exit status 1",
	} {
		t.Setenv("INIT", init)
		l, err := p.Declared(t.Context(), filepath.Dir(path))
		if err == nil || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), "ended before") {
			t.Errorf("%s: %v, error %v, want %s", init, l, err, want)
		}
		wantFiles(t, filepath.Dir(path), "program")
	}
}

// What hangs is killed when the context ends.
func TestDeclaredHangs(t *testing.T) {
	path := build(t, "0", nil)
	p, err := embed.Open([]byte(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("INIT", "hang")
	told := filepath.Join(t.TempDir(), "told")
	t.Setenv("TELL", told)
	late := errors.New("too late")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(told); err == nil {
				cancel(late)
			}
			time.Sleep(time.Millisecond)
		}
	}()
	if l, err := p.Declared(ctx, filepath.Dir(path)); !errors.Is(err, late) {
		t.Errorf("%v, error %v", l, err)
	}
	wantFiles(t, filepath.Dir(path), "program")
}

// What is learnt does not depend on the order of declaration.
func TestDeclaredOrder(t *testing.T) {
	path := build(t, "0", nil)
	t.Setenv("INIT", "map")
	first := learn(t, path)
	if n := len(first.Libraries[0].Probes); n != 66 {
		t.Errorf("%d probes are declared", n)
	}
	if diff := cmp.Diff(first, learn(t, path)); diff != "" {
		t.Errorf("(-first +second)\n%s", diff)
	}
}

// What hangs ends with usdt, even if that is killed.
func TestDeclaredKilled(t *testing.T) {
	if path := os.Getenv("USDT_TEST_DECLARE"); path != "" {
		t.Log(learn(t, path)) // until this process is killed
		return
	}
	path, told := build(t, "0", nil), filepath.Join(t.TempDir(), "told")
	usdt := exec.Command("/proc/self/exe", "-test.run=^TestDeclaredKilled$")
	usdt.Env = append(os.Environ(), "USDT_TEST_DECLARE="+path, "INIT=hang", "TELL="+told)
	if err := usdt.Start(); err != nil {
		t.Fatal(err)
	}
	var pid string
	wait := func(what string, isDone func() bool) {
		for deadline := time.Now().Add(testenv.Patience); !isDone(); time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				_ = usdt.Process.Kill()
				t.Fatal(what)
			}
		}
	}
	wait("the program does not run", func() bool {
		b, err := os.ReadFile(told)
		pid = string(b)
		return err == nil
	})
	if err := usdt.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = usdt.Wait()
	wait("the program lives", func() bool { return !lives(pid) })
}

// Where a copy cannot be run, as in a directory mounted with noexec, it runs in TMPDIR. If it does
// not there either, the error says what to do. Initialization that calls Load publishes nothing.
func TestDeclaredElsewhere(t *testing.T) {
	path := build(t, "0", nil)
	t.Setenv("INIT", "load")
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", unix.MS_NOEXEC, ""); err != nil {
		t.Skip("this process cannot mount: ", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	p, err := embed.Open([]byte(read(t, path)))
	if err != nil {
		t.Fatal(err)
	}
	l, err := p.Declared(t.Context(), dir)
	if err != nil || len(l.Libraries) != 1 || len(l.Libraries[0].Probes) != 2 {
		t.Errorf("declared is %v, error %v", l, err)
	}
	wantFiles(t, dir)
	t.Setenv("TMPDIR", dir)
	l, err = p.Declared(t.Context(), dir)
	if err == nil || !strings.Contains(err.Error(), "not started") ||
		!strings.Contains(err.Error(), "set TMPDIR") {
		t.Errorf("declared is %v, error %v", l, err)
	}
	wantFiles(t, dir)
}

// A process that initialization starts does not hold anything up, and is killed.
func TestDeclaredChild(t *testing.T) {
	path := build(t, "0", nil)
	t.Setenv("INIT", "child")
	t.Setenv("TELL", filepath.Join(t.TempDir(), "child"))
	if l := learn(t, path); len(l.Libraries) != 1 || len(l.Libraries[0].Probes) != 2 {
		t.Errorf("declared is %v", l)
	}
	text := read(t, os.Getenv("TELL"))
	pid, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(testenv.Patience)
	for lives(text) {
		if time.Now().After(deadline) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatal("the child lives")
		}
		time.Sleep(time.Millisecond)
	}
}

// lives reports whether a process runs. Killed, it may wait for whoever reaps the orphans here.
func lives(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}
