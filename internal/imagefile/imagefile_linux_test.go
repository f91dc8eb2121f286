package imagefile

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

func TestDirOrder(t *testing.T) {
	parent := t.TempDir()
	missing := filepath.Join(parent, "missing")
	dir, skipped, err := Dir("", missing, parent)
	if err != nil || len(skipped) != 1 || !errors.Is(skipped[0], os.ErrNotExist) {
		t.Fatalf("Dir: %q, skipped %v, %v", dir, skipped, err)
	}
	info, err := os.Stat(dir)
	if err != nil || info.Mode().Perm() != 0o700 || filepath.Dir(dir) != parent {
		t.Errorf("our directory %s: %v, %v", dir, info, err)
	}
	if again, _, err := Dir(parent); err != nil || again != dir {
		t.Errorf("second Dir: %q, %v", again, err)
	}
	if _, _, err := Dir(missing); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("only a missing directory: %v", err)
	}
	if _, _, err := Dir(); err == nil {
		t.Error("no parent, no error")
	}
}

func TestDirSkipsMounts(t *testing.T) {
	for reason, flags := range map[string]uintptr{
		"noexec": unix.MS_NOEXEC, "read-only": unix.MS_RDONLY,
	} {
		t.Run(reason, func(t *testing.T) {
			mounted, good := t.TempDir(), t.TempDir()
			testenv.Mount(t, "tmpfs", mounted, flags, "")
			want := "use directory " + mounted + ": its mount is " + reason
			dir, skipped, err := Dir(mounted, good)
			if err != nil || filepath.Dir(dir) != good {
				t.Fatalf("Dir: %q, %v", dir, err)
			}
			if len(skipped) != 1 || skipped[0].Error() != want {
				t.Errorf("skipped %v, want %q", skipped, want)
			}
			if _, _, err := Dir(mounted); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("only that mount: %v", err)
			}
		})
	}
}

func TestDirRefusesForeign(t *testing.T) {
	plant := map[string]func(path string) error{
		"open":    func(path string) error { return os.Mkdir(path, 0o700) },
		"symlink": func(path string) error { return os.Symlink(t.TempDir(), path) },
		"file":    func(path string) error { return os.WriteFile(path, nil, 0o600) },
	}
	for name, f := range plant {
		t.Run(name, func(t *testing.T) {
			parent := t.TempDir()
			dir, _, err := Dir(parent)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(dir); err != nil {
				t.Fatal(err)
			}
			if err := f(dir); err != nil {
				t.Fatal(err)
			}
			if name == "open" {
				if err := os.Chmod(dir, 0o777); err != nil {
					t.Fatal(err)
				}
			}
			if _, _, err := Dir(parent); err == nil || !strings.Contains(err.Error(), "remove it") {
				t.Errorf("planted %s was not refused: %v", name, err)
			}
		})
	}
}

func TestDirRefusesParent(t *testing.T) {
	writable := t.TempDir()
	if err := os.Chmod(writable, 0o777); err != nil {
		t.Fatal(err)
	}
	foreign := t.TempDir()
	if err := os.Chown(foreign, 12345, -1); err != nil {
		t.Logf("only root can give a directory away: %v", err)
		foreign = writable
	}
	for _, parent := range []string{writable, foreign} {
		if dir, _, err := Dir(parent); err == nil {
			t.Errorf("used %s although somebody else could replace it", dir)
		}
	}
	if err := os.Chmod(writable, 0o777|os.ModeSticky); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Dir(writable); err != nil {
		t.Errorf("a directory like /tmp: %v", err)
	}
}

func TestWrite(t *testing.T) {
	path := Path(t.TempDir(), "shop")
	if err := Write(path, []byte("image")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o500 {
		t.Errorf("%v, %v; want mode 0500", info, err)
	}
	if err := Write(path, nil); !errors.Is(err, os.ErrExist) {
		t.Errorf("write over an existing file: %v", err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "image" {
		t.Errorf("content %q, %v", got, err)
	}
}

func TestRemoveStale(t *testing.T) {
	dir := t.TempDir()
	me, ok := self()
	if !ok {
		t.Fatal("/proc does not identify this process")
	}
	child := exec.Command("sleep", "60")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	start, err := startTime(child.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	other := process{me.namespaces, child.Process.Pid, start}

	mine := Path(dir, "mine")
	theirs := pathOf(dir, other)
	reused := pathOf(dir, process{me.namespaces, other.pid, other.start - 1})
	pidns, timens := me.namespaces, me.namespaces
	pidns.pid++
	timens.time++
	foreign := pathOf(dir, process{pidns, other.pid, other.start - 1})
	shifted := pathOf(dir, process{timens, other.pid, other.start - 1})
	unknown := filepath.Join(dir, "something.so")
	all := []string{mine, theirs, reused, foreign, shifted, unknown}
	for _, f := range all {
		if err := Write(f, nil); err != nil {
			t.Fatal(err)
		}
	}

	removeAndExpect(t, dir, all, reused)
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // the kill
	removeAndExpect(t, dir, all, reused, theirs)
}

func pathOf(dir string, p process) string {
	me, _ := self()
	return strings.Replace(Path(dir, "other"), me.String(), p.String(), 1)
}

func removeAndExpect(t *testing.T, dir string, all []string, removed ...string) {
	t.Helper()
	if err := RemoveStale(dir); err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		_, err := os.Stat(f)
		want := false
		for _, r := range removed {
			want = want || r == f
		}
		if got := errors.Is(err, os.ErrNotExist); got != want {
			t.Errorf("%s: removed %v, want %v", filepath.Base(f), got, want)
		}
	}
}
