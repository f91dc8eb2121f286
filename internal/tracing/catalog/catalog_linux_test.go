package catalog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/provider"
)

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// find returns the only argument of a probe and where it is described.
func (c *Catalog) find(probe string) string {
	providerName, name, _ := strings.Cut(probe, ":")
	known, origin := c.Find(providerName, name)
	if known == nil {
		return "unknown"
	}
	return known.For(1).String() + " in " + filepath.Base(origin)
}

func TestPrecedence(t *testing.T) {
	named, user, system := t.TempDir(), t.TempDir(), t.TempDir()
	a := write(t, named+"/a.d", "provider p { probe one(int a); };")
	b := write(t, named+"/b.d", "provider p { probe one(int b); probe two(int b); };")
	write(t, user+"/c.d", "provider p { probe two(int c); probe three(int c); };")
	write(t, user+"/d.d", "provider p { probe three(int d); };")
	write(t, user+"/README", "no description")
	write(t, system+"/e.d", "provider p { probe three(int e); probe four(int e); };\n"+
		"provider python { probe gc__start(int of); };")
	directories := []string{user, system, t.TempDir(), named + "/none"}
	c, skipped, err := open([]string{a, b}, directories, Direct{})
	if err != nil || len(skipped) > 0 {
		t.Fatal(skipped, err)
	}
	for probe, want := range map[string]string{
		"p:one":            "a int in a.d",
		"p:two":            "b int in b.d",
		"p:three":          "c int in c.d",
		"p:four":           "e int in e.d",
		"p:five":           "unknown",
		"python:gc__start": "of int in e.d",
		"python:gc__done":  "collected long in the description that is built in",
	} {
		if got := c.find(probe); got != want {
			t.Errorf("%s: got %q, want %q", probe, got, want)
		}
	}
}

// TestForms shows that the note decides which form of a probe is meant, and that another place is
// not asked for a form that the first one lacks.
func TestForms(t *testing.T) {
	dir, user := t.TempDir(), t.TempDir()
	named := write(t, dir+"/a.d", "provider p { probe one(int a, int b); probe one(int c); };")
	write(t, user+"/b.d", "provider p { probe one(int x, int y, int z); };")
	c, _, err := open([]string{named}, []string{user}, Direct{})
	if err != nil {
		t.Fatal(err)
	}
	known, _ := c.Find("p", "one")
	for places, want := range map[int]string{1: "c int", 2: "a int, b int", 3: "a int, b int"} {
		if s := known.For(places); s.String() != want {
			t.Errorf("%d places: %v, want %s", places, s, want)
		}
	}
}

// TestSkipped shows what is not taken from a directory: nothing that another user may have written,
// and nothing that is wrong. The rest is taken.
func TestSkipped(t *testing.T) {
	dir, foreign := t.TempDir(), t.TempDir()
	write(t, dir+"/good.d", "provider p { probe one(int a); };")
	write(t, dir+"/mistake.d", "provider p {\n probe two(int int); };")
	open1 := write(t, dir+"/open.d", "provider p { probe two(int a); };")
	if err := os.Chmod(open1, 0o664); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(dir+"/fifo.d", 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", dir+"/gone.d"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"fifo.d is not a regular file",
		"gone.d: no such file or directory",
		"mistake.d:2:12: int int is no type of C",
		"open.d: others may write to it",
	}
	if os.Geteuid() == 0 {
		const nobody = 65534
		theirs := write(t, dir+"/theirs.d", "provider p { probe two(int a); };")
		write(t, foreign+"/x.d", "provider p { probe two(int a); };")
		for _, path := range []string{theirs, foreign} {
			if err := os.Chown(path, nobody, nobody); err != nil {
				t.Fatal(err)
			}
		}
		want = append(want, "theirs.d: it belongs to user 65534", foreign+": it belongs to user 65534")
	}
	c, skipped, err := open(nil, []string{dir, foreign}, Direct{})
	if err != nil {
		t.Fatal(err)
	}
	if c.find("p:one") != "a int in good.d" || c.find("p:two") != "unknown" {
		t.Errorf("found %s, %s", c.find("p:one"), c.find("p:two"))
	}
	if len(skipped) != len(want) {
		t.Errorf("skipped %v", skipped)
	}
	for _, text := range want {
		is := func(err error) bool { return strings.Contains(err.Error(), text) }
		if !slices.ContainsFunc(skipped, is) {
			t.Errorf("nothing about %q in %v", text, skipped)
		}
	}
}

// TestNamed shows that the user may name a file of anybody, but none with a mistake.
func TestNamed(t *testing.T) {
	dir := t.TempDir()
	theirs := write(t, dir+"/theirs.d", "provider p { probe one(int a); };")
	if err := os.Chmod(theirs, 0o666); err != nil {
		t.Fatal(err)
	}
	if c, _, err := open([]string{theirs}, nil, Direct{}); err != nil || c.find("p:one") == "unknown" {
		t.Errorf("%v", err)
	}
	mistake := write(t, dir+"/mistake.d", "provider p { prob")
	for _, path := range []string{mistake, dir, dir + "/none.d", "/dev/null"} {
		_, _, err := open([]string{path}, nil, Direct{})
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestBounded shows that very many descriptions are not all read, and that some are told of.
func TestBounded(t *testing.T) {
	dir := t.TempDir()
	long := write(t, dir+"/000.d", "provider p { probe one(int a); };"+
		strings.Repeat(" ", provider.MaxSize-100))
	for i := range mostFiles {
		if err := os.Link(long, fmt.Sprintf("%s/%03d.d", dir, i+1)); err != nil {
			t.Fatal(err)
		}
	}
	c, skipped, err := open(nil, []string{dir}, Direct{})
	if err != nil || c.find("p:one") == "unknown" {
		t.Fatal(err)
	}
	texts := fmt.Sprint(skipped)
	if len(skipped) != maxSkipped+1 || !strings.Contains(texts, "more than 1000 files") ||
		!strings.Contains(texts, "those before it have more than 8388608 bytes together") {
		t.Errorf("skipped %v", skipped)
	}
}

// TestOpensRegularFilesOnly shows that what is no regular file is not opened: for some devices that
// alone has an effect.
func TestOpensRegularFilesOnly(t *testing.T) {
	fifo, text := t.TempDir()+"/fifo.d", write(t, t.TempDir()+"/text.d", "")
	if err := unix.Mkfifo(fifo, 0o644); err != nil {
		t.Fatal(err)
	}
	for path, opens := range map[string]bool{fifo: false, text: true} {
		opened := watchOpen(t, path)
		_, err := Direct{}.ReadDescription(path, true)
		if opened() != opens || (err == nil) != opens {
			t.Errorf("%s: opened is %v, error %v", path, !opens, err)
		}
	}
}

// watchOpen returns a function that reports whether a file has been opened since.
func watchOpen(t *testing.T, path string) func() bool {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if _, err := unix.InotifyAddWatch(fd, path, unix.IN_OPEN); err != nil {
		t.Fatal(err)
	}
	return func() bool {
		_, err := unix.Read(fd, make([]byte, 4096))
		return err != unix.EAGAIN
	}
}

// TestOpensReadableOnly has the rights of root and the real user ID of another, as a command with
// file capabilities may have: a directory that the user may not enter protects what is in it.
func TestOpensReadableOnly(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root becomes another user")
	}
	dir := testenv.PublicDir(t)
	public, inside := write(t, dir+"/public.d", ""), write(t, dir+"/closed/inside.d", "")
	if err := os.Chmod(dir+"/closed", 0o700); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]error)
	done := make(chan unix.Errno)
	go func() {
		runtime.LockOSThread() // and never unlock: the thread ends with the goroutine
		const nobody, same = 65534, ^uintptr(0)
		_, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, nobody, same, same)
		for _, path := range []string{public, inside} {
			_, got[path] = Direct{}.ReadDescription(path, true)
		}
		done <- errno
	}()
	if errno := <-done; errno != 0 {
		t.Skip("this process may not change its user: ", errno)
	}
	if got[public] != nil || !errors.Is(got[inside], fs.ErrPermission) {
		t.Errorf("errors %v", got)
	}
}

// TestDirectories shows that the user's directory is where other programs have it.
func TestDirectories(t *testing.T) {
	t.Setenv("HOME", "/home/ada")
	t.Setenv("XDG_CONFIG_HOME", "")
	want := []string{"/home/ada/.config/usdt", "/usr/share/usdt"}
	if got := directories(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	t.Setenv("XDG_CONFIG_HOME", "/etc/ada")
	if got := directories(); !slices.Equal(got, []string{"/etc/ada/usdt", "/usr/share/usdt"}) {
		t.Errorf("%v", got)
	}
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("HOME", "")
	if got := directories(); !slices.Equal(got, []string{"/usr/share/usdt"}) {
		t.Errorf("%v", got)
	}
}

func BenchmarkOpen(b *testing.B) {
	for b.Loop() {
		if _, _, err := open(nil, nil, Direct{}); err != nil {
			b.Fatal(err)
		}
	}
}
