//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

func fileProvider(t *testing.T, dir string) *stapsdt.Provider {
	t.Helper()
	p := newProvider(t, stapsdt.WithBacking(stapsdt.FileBacking), stapsdt.WithDir(dir))
	stapsdt.MustProbe0(p, "p")
	mustLoad(t, p)
	return p
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestFileModeAndRemoval(t *testing.T) {
	dir := t.TempDir()
	p := fileProvider(t, dir)
	path := p.Path()
	if filepath.Dir(filepath.Dir(path)) != dir {
		t.Errorf("%s is not in a directory of ours in %s", path, dir)
	}
	for name, want := range map[string]os.FileMode{path: 0o500, filepath.Dir(path): 0o700} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want mode %v", name, info, err, want)
		}
	}
	if err := p.Unload(); err != nil || exists(path) {
		t.Errorf("after Unload: %v, file there %v", err, exists(path))
	}
	mustLoad(t, p)
	path = p.Path()
	if err := p.Close(); err != nil || exists(path) {
		t.Errorf("after Close: %v, file there %v", err, exists(path))
	}
}

// TestFileCleanedUpByOthers: Unload does not fail if somebody cleaned the directory up.
func TestFileCleanedUpByOthers(t *testing.T) {
	p := fileProvider(t, t.TempDir())
	if err := os.Remove(p.Path()); err != nil {
		t.Fatal(err)
	}
	if err := p.Unload(); err != nil {
		t.Errorf("Unload: %v", err)
	}
}

// TestDirectoryOrder: the operator's directory is tried before the program's, and the program's
// before the defaults.
func TestDirectoryOrder(t *testing.T) {
	dirs := map[string]string{}
	for _, env := range []string{"STAPSDT_DIR", "XDG_RUNTIME_DIR", "TMPDIR"} {
		dirs[env] = t.TempDir()
		t.Setenv(env, dirs[env])
	}
	expect := func(dir, want string) {
		t.Helper()
		if path := fileProvider(t, dir).Path(); !strings.HasPrefix(path, want+"/") {
			t.Errorf("the file is %s, want it in %s", path, want)
		}
	}
	own := t.TempDir()
	expect(own, dirs["STAPSDT_DIR"])
	t.Setenv("STAPSDT_DIR", "")
	expect(own, own)
	for _, env := range []string{"XDG_RUNTIME_DIR", "TMPDIR"} {
		expect("", dirs[env])
		t.Setenv(env, "")
	}
}

// TestUnusableDirectoriesAreSkipped: Load falls back to the next directory, and Info says why.
func TestUnusableDirectoriesAreSkipped(t *testing.T) {
	missing := t.TempDir() + "/missing"
	t.Setenv("STAPSDT_DIR", missing+"/operator")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	p := fileProvider(t, missing+"/program")
	if !strings.HasPrefix(p.Path(), os.Getenv("XDG_RUNTIME_DIR")+"/") {
		t.Errorf("the file is %s", p.Path())
	}
	skipped := p.Info().Skipped
	if len(skipped) != 2 {
		t.Fatalf("skipped: %v, want both directories", skipped)
	}
	for i, dir := range []string{missing + "/operator", missing + "/program"} {
		if !errors.Is(skipped[i], os.ErrNotExist) || !strings.Contains(skipped[i].Error(), dir) {
			t.Errorf("skipped: %v, want %s", skipped[i], dir)
		}
	}
}

func TestNoExecDirectoryIsSkipped(t *testing.T) {
	noexec := t.TempDir()
	testenv.Mount(t, "tmpfs", noexec, unix.MS_NOEXEC, "")
	t.Setenv("STAPSDT_DIR", "")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	p := fileProvider(t, noexec)
	if !strings.HasPrefix(p.Path(), os.Getenv("XDG_RUNTIME_DIR")) {
		t.Errorf("the file is %s", p.Path())
	}
	skipped := p.Info().Skipped
	if len(skipped) != 1 || skipped[0].Error() != "use directory "+noexec+": its mount is noexec" {
		t.Errorf("skipped: %v, want the noexec mount", skipped)
	}
}

const childDir = "STAPSDT_TEST_CHILD_DIR"

// TestKilledProcess: the next process that loads removes the file of a killed process, but not that
// of a live one. The processes are this test program again.
func TestKilledProcess(t *testing.T) {
	if dir := os.Getenv(childDir); dir != "" {
		fmt.Println("path", fileProvider(t, dir).Path())
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	dir := t.TempDir()
	killed, killedPath := startChild(t, dir)
	_, livePath := startChild(t, dir)

	fileProvider(t, dir)
	if !exists(killedPath) || !exists(livePath) {
		t.Fatal("a live process's file was removed")
	}
	killed.Kill()
	if !exists(killedPath) {
		t.Fatal("a killed process's file went by itself: nothing to test")
	}
	startChild(t, dir)
	if exists(killedPath) || !exists(livePath) {
		t.Errorf("file of the killed process there: %v, of the live one: %v", exists(killedPath),
			exists(livePath))
	}
}

func startChild(t *testing.T, dir string) (child *testenv.Child, path string) {
	t.Helper()
	child = testenv.Start(t, again(t, "TestKilledProcess", childDir+"="+dir))
	return child, nextPath(t, child)
}

// nextPath returns the path that a child prints after "path ".
func nextPath(t *testing.T, child *testenv.Child) string {
	t.Helper()
	for {
		// The first line is that of go test -v.
		if path, ok := strings.CutPrefix(child.Next(t), "path "); ok {
			return path
		}
	}
}
