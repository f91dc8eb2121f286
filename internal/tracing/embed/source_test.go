package embed_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/embed"
)

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func source(t *testing.T, path string) *embed.Source {
	t.Helper()
	s, err := embed.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A symbolic link stays one, another hard link keeps the old file, and nothing else is left behind.
func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "app"), filepath.Join(dir, "link")
	hard := filepath.Join(dir, "hard")
	write(t, path, "old", 0o751)
	for _, err := range []error{os.Chmod(path, 0o751), os.Symlink("app", link), os.Link(path, hard)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if lost, err := source(t, link).Replace(t.Context(), []byte("new")); err != nil || lost != nil {
		t.Fatal(lost, err)
	}
	if got := read(t, path) + read(t, link) + read(t, hard); got != "newnewold" {
		t.Errorf("the files are %s", got)
	}
	info, err := os.Lstat(path)
	if err != nil || info.Mode() != 0o751 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	wantFiles(t, dir, "app", "hard", "link")
}

func TestWriteTo(t *testing.T) {
	dir := t.TempDir()
	path, to := filepath.Join(dir, "app"), filepath.Join(dir, "other")
	write(t, path, "old", 0o700)
	for range 2 {
		if err := source(t, path).WriteTo(t.Context(), to, []byte("new")); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(to)
	if err != nil || info.Mode() != 0o700 || read(t, path)+read(t, to) != "oldnew" {
		t.Errorf("mode %v, error %v, the files are %s", info.Mode(), err, read(t, path)+read(t, to))
	}
	wantFiles(t, dir, "app", "other")
}

// A file that was built anew meanwhile stays as it is.
func TestReplaceChanged(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "app")
	write(t, path, "old", 0o755)
	s := source(t, path)
	write(t, path, "newer", 0o755)
	if _, err := s.Replace(t.Context(), []byte("new")); err == nil ||
		!strings.Contains(err.Error(), "changes while") {
		t.Errorf("error %v", err)
	}
	if got := read(t, path); got != "newer" {
		t.Errorf("the file is %s", got)
	}
	wantFiles(t, dir, "app")
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	for path, want := range map[string]string{
		dir: "not a regular file", filepath.Join(dir, "none"): "no such file",
	} {
		if _, err := embed.Read(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", path, err)
		}
	}
}

func TestWriteToNowhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "app")
	write(t, path, "old", 0o755)
	to := filepath.Join(t.TempDir(), "none", "app")
	err := source(t, path).WriteTo(t.Context(), to, []byte("new"))
	if err == nil || !strings.Contains(err.Error(), "--output") {
		t.Errorf("error %v", err)
	}
}

func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if strings.Join(names, " ") != strings.Join(want, " ") {
		t.Errorf("the directory has %s, want %s", names, want)
	}
}

// What is no regular file is not replaced.
func TestWriteToRefuses(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "app")
	write(t, path, "old", 0o755)
	dangling, device := filepath.Join(dir, "dangling"), filepath.Join(dir, "device")
	for link, to := range map[string]string{dangling: "none", device: "/dev/null"} {
		if err := os.Symlink(to, link); err != nil {
			t.Fatal(err)
		}
	}
	for to, want := range map[string]string{
		dir: "not a regular file", device: "not a regular file", dangling: "symbolic link",
	} {
		err := source(t, path).WriteTo(t.Context(), to, []byte("new"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", to, err, want)
		}
	}
	wantFiles(t, dir, "app", "dangling", "device")
}

// An interrupt leaves the file as it is, and no other.
func TestReplaceInterrupted(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "app")
	write(t, path, "old", 0o755)
	interrupted := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(interrupted)
	if _, err := source(t, path).Replace(ctx, []byte("new")); !errors.Is(err, interrupted) {
		t.Errorf("error %v", err)
	}
	if got := read(t, path); got != "old" {
		t.Errorf("the file is %s", got)
	}
	wantFiles(t, dir, "app")
}
