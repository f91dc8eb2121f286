//go:build amd64 || arm64

package imagefile

import (
	"errors"
	"fmt"
	"io"
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

func mustMkdir(t *testing.T, path string, mode os.FileMode) string {
	t.Helper()
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	mustChmod(t, path, mode)
	return path
}

func mustChmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func dirOf(parent string) error {
	_, _, err := Dir(parent)
	return err
}

// TestDirRefusesWritable: others may exchange what is in a directory that they may write to, also
// far above ours, unless it is sticky.
func TestDirRefusesWritable(t *testing.T) {
	writable := mustMkdir(t, t.TempDir()+"/writable", 0o777)
	parent := mustMkdir(t, mustMkdir(t, writable+"/a", 0o755)+"/b", 0o700)
	for _, mode := range []os.FileMode{0o777, 0o770, 0o702} {
		mustChmod(t, writable, mode)
		for _, dir := range []string{writable, parent} {
			if err := dirOf(dir); err == nil || !strings.Contains(err.Error(), "write to "+writable+":") {
				t.Errorf("mode %v, %s: %v", mode, dir, err)
			}
		}
	}
	mustChmod(t, writable, 0o777|os.ModeSticky)
	for _, dir := range []string{writable, parent} {
		if err := dirOf(dir); err != nil {
			t.Errorf("below a directory like /tmp: %v", err)
		}
	}
}

func TestDirRefusesForeignParent(t *testing.T) {
	foreign := mustMkdir(t, t.TempDir()+"/foreign", 0o755)
	parent := mustMkdir(t, foreign+"/ours", 0o700)
	if err := os.Chown(foreign, 12345, -1); err != nil {
		testenv.Lacks(t, fmt.Errorf("give a directory away: %w", err))
	}
	for _, dir := range []string{foreign, parent} {
		want := foreign + " belongs to user 12345"
		if err := dirOf(dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", dir, err, want)
		}
	}
}

// TestSafe resolves links, relative names and dots as the kernel does.
func TestSafe(t *testing.T) {
	top := t.TempDir()
	ours := mustMkdir(t, mustMkdir(t, top+"/a", 0o755)+"/b", 0o700)
	for name, target := range map[string]string{
		"absolute": ours, "relative": "a//./b/", "twice": "relative/../b", "loop": "loop",
		"dangling": "none",
	} {
		if err := os.Symlink(target, top+"/"+name); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(top+"/file", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(top)
	for dir, want := range map[string]string{
		ours: ours, ours + "/": ours, "a/b": ours, "./a/../a/b/.": ours, "absolute": ours,
		"relative": ours, "twice/": ours, "/": "", "/../..": "",
	} {
		if got, err := safe(dir); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", dir, got, err, want)
		}
	}
	for dir, want := range map[string]error{
		"loop": unix.ELOOP, "dangling": unix.ENOENT, "file/file": unix.ENOTDIR,
	} {
		if got, err := safe(dir); !errors.Is(err, want) {
			t.Errorf("%s: %q, %v; want %v", dir, got, err, want)
		}
	}
}

// create closes what Create returns.
func create(path string, content []byte) error {
	f, err := Create(path, content)
	if err == nil {
		err = f.Close()
	}
	return err
}

func TestCreate(t *testing.T) {
	path := Path(t.TempDir(), "shop")
	f, err := Create(path, []byte("image"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o500 {
		t.Errorf("%v, %v; want mode 0500", info, err)
	}
	if err := create(path, nil); !errors.Is(err, os.ErrExist) {
		t.Errorf("create an existing file: %v", err)
	}
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<20))
	if err != nil || string(got) != "image" {
		t.Errorf("the file that was written has %q, %v", got, err)
	}
}

func TestCreateOnFullDisk(t *testing.T) {
	dir := t.TempDir()
	testenv.Mount(t, "tmpfs", dir, 0, "size=4k")
	path := Path(dir, "shop")
	if err := create(path, make([]byte, 1<<20)); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("create: %v, want ENOSPC", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
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
		if err := create(f, nil); err != nil {
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

// TestRemoveStaleOnce: a directory is not read again for each of very many files.
func TestRemoveStaleOnce(t *testing.T) {
	me, ok := self()
	if !ok {
		t.Fatal("/proc does not identify this process")
	}
	dir, other := t.TempDir(), t.TempDir()
	for _, step := range []struct {
		dir     string
		removed bool
	}{{dir, true}, {dir, false}, {other, true}, {dir, true}} {
		stale := pathOf(step.dir, process{me.namespaces, me.pid, me.start - 1})
		if err := create(stale, nil); err != nil {
			t.Fatal(err)
		}
		if err := RemoveStale(step.dir); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(stale); errors.Is(err, os.ErrNotExist) != step.removed {
			t.Errorf("%s: %v, want it removed: %t", stale, err, step.removed)
		}
	}
	if err := RemoveStale(dir + "/missing"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing directory: %v", err)
	}
}

func pathOf(dir string, p process) string {
	me, _ := self()
	return strings.Replace(Path(dir, "other"), me.String(), p.String(), 1)
}

func removeAndExpect(t *testing.T, dir string, all []string, removed ...string) {
	t.Helper()
	cleaned.dir = ""
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
