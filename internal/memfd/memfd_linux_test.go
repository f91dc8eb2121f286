//go:build amd64 || arm64

package memfd

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestNew(t *testing.T) {
	content := []byte(strings.Repeat("probe", 5000))
	f, err := New("test", content)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()

	got, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<20))
	if err != nil || string(got) != string(content) {
		t.Errorf("read back %d bytes, %v; want the %d written", len(got), err, len(content))
	}
	if _, err := f.WriteAt([]byte("x"), 0); !errors.Is(err, unix.EPERM) {
		t.Errorf("write to the sealed file: %v, want EPERM", err)
	}
	if err := f.Truncate(1); !errors.Is(err, unix.EPERM) {
		t.Errorf("truncate the sealed file: %v, want EPERM", err)
	}
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFD, 0)
	if err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("descriptor flags %#x, %v; want close-on-exec", flags, err)
	}
	mapping, err := unix.Mmap(int(f.Fd()), 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_EXEC,
		unix.MAP_PRIVATE)
	if err != nil {
		t.Fatalf("map executable: %v", err)
	}
	if err := unix.Munmap(mapping); err != nil {
		t.Error(err)
	}
}

func TestNameLimit(t *testing.T) {
	f, err := New(strings.Repeat("n", MaxName), nil)
	if err != nil {
		t.Fatalf("name of MaxName bytes: %v", err)
	}
	f.Close()
	if _, err := New(strings.Repeat("n", MaxName+1), nil); err == nil {
		t.Error("name of MaxName+1 bytes was accepted")
	}
}

func TestDescriptorLimit(t *testing.T) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	none := limit
	none.Cur = 0
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	_, err := New("test", nil)
	if restore := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); restore != nil {
		t.Fatal(restore)
	}
	if !errors.Is(err, unix.EMFILE) {
		t.Errorf("New without descriptors: %v, want EMFILE", err)
	}
}
