package regular_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/regular"
)

// TestIrregular: nobody waits for who writes into a pipe, or reads a device.
func TestIrregular(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("/dev/zero", link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fifo, "/dev/zero", link, t.TempDir()} {
		want := path + " is not a regular file"
		if _, err := regular.Open(path); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestLimit: a file of the most bytes is read, and a larger one is an error.
func TestLimit(t *testing.T) {
	const most = 1 << 10
	for size, want := range map[int]string{
		0: "", most: "", most + 1: " is larger than such a file can be, 1 KiB",
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, []byte(strings.Repeat("x", size)), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := regular.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		content, err := regular.Read(file, most)
		switch {
		case want != "" && (err == nil || err.Error() != path+want):
			t.Errorf("%d bytes: got %v, want %s", size, err, want)
		case want == "" && (err != nil || len(content) != size):
			t.Errorf("%d bytes: got %d, %v", size, len(content), err)
		}
	}
}
