package lease_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/lease"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// cp(1) waits for the lease, and finds the file as it was until it is given up.
func TestWriter(t *testing.T) {
	path := writeFile(t, "before")
	file, err := new(process.Reader).Lease(path, idOf(t, path))
	if err != nil {
		t.Fatal(err)
	}
	s := lease.NewSet()
	defer s.Close()
	id := process.FileID{Inode: 1}
	if err := s.Add(id, file); err != nil {
		t.Fatal(err)
	}
	if !s.Has(id) || len(s.Broken()) != 0 {
		t.Errorf("has %v, broken %v before anybody writes", s.Has(id), s.Broken())
	}
	if err := exec.Command("cat", path).Run(); err != nil || len(s.Broken()) != 0 {
		t.Errorf("reading: %v, broken %v", err, s.Broken())
	}

	cp := exec.Command("cp", writeFile(t, "after!"), path)
	cp.Stderr = os.Stderr
	if err := cp.Start(); err != nil {
		t.Fatal(err)
	}
	<-s.Waiters()
	if got := s.Broken(); !slices.Equal(got, []process.FileID{id}) {
		t.Errorf("broken: %v, want %v", got, id)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "before" {
		t.Errorf("got %q, %v while cp waits", text, err)
	}
	s.GiveUp(id)
	if err := cp.Wait(); err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "after!" {
		t.Errorf("got %q, %v after cp", text, err)
	}
	if s.Has(id) || len(s.Broken()) != 0 {
		t.Errorf("has %v, broken %v after it was given up", s.Has(id), s.Broken())
	}
}

// Who has begun to wait before the file is added is not missed.
func TestEarlyWriter(t *testing.T) {
	path := writeFile(t, "")
	file, err := new(process.Reader).Lease(path, idOf(t, path))
	if err != nil {
		t.Fatal(err)
	}
	_, err = unix.Open(path, unix.O_WRONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != unix.EAGAIN {
		t.Fatalf("open: %v, want EAGAIN", err)
	}
	s := lease.NewSet()
	defer s.Close()
	if err := s.Add(process.FileID{}, file); err != nil {
		t.Fatal(err)
	}
	if len(s.Broken()) != 1 {
		t.Error("the lease is not broken")
	}
}

// There is no lease of a file that is open for writing, or that was written or replaced since.
func TestWritten(t *testing.T) {
	path := writeFile(t, "")
	id := idOf(t, path)
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	checkBeingWritten(t, "open for writing", path, id)
	if _, err := file.WriteString("longer"); err != nil {
		t.Error(err)
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
	checkBeingWritten(t, "written", path, id)
	id = idOf(t, path)
	if err := os.Rename(writeFile(t, ""), path); err != nil {
		t.Fatal(err)
	}
	if _, err := new(process.Reader).Lease(path, id); err == nil {
		t.Error("a lease of another file")
	}
}

func checkBeingWritten(t *testing.T, when, path string, id process.FileID) {
	t.Helper()
	if _, err := new(process.Reader).Lease(path, id); !errors.Is(err, process.ErrBeingWritten) {
		t.Errorf("%s: %v, want %v", when, err, process.ErrBeingWritten)
	}
}

// A file system that may not answer is asked for no lease: who closes such a file waits, too.
func TestSilent(t *testing.T) {
	silent := testenv.StartSilentFS(t, writeFile(t, ""))
	id := idOf(t, silent.File)
	if _, err := new(process.Reader).Lease(silent.File, id); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v, want %v", err, errors.ErrUnsupported)
	}
	silent.Silence(t, "statfs")
	_, err := new(process.Reader).Lease(silent.File, id)
	if !strings.Contains(fmt.Sprint(err), "no answer") {
		t.Errorf("%v, want that there is no answer", err)
	}
}

func writeFile(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func idOf(t *testing.T, path string) process.FileID {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		t.Fatal(err)
	}
	return process.FileID{
		Dev: uint64(st.Dev), Inode: st.Ino, Size: st.Size, Mtime: st.Mtim, Ctime: st.Ctim,
	}
}
