//go:build amd64 || arm64

package command

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// A file that was given up is leased anew: while it is open for writing there is no lease, and it
// is tried again later, each time after a longer while.
func TestLeaseAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		t.Fatal(err)
	}
	o := process.Object{Name: path, Path: path, FileID: process.FileID{
		Dev: uint64(st.Dev), Inode: st.Ino, Size: st.Size, Mtime: st.Mtim, Ctime: st.Ctim,
	}}
	l := newFileLeases(new(process.Reader).Lease, func() { t.Error("denied") })
	defer l.Close()
	if err := l.take(o); err != nil || !l.Has(deviceAndInode(o)) {
		t.Fatalf("no lease: %v", err)
	}
	l.giveUp(map[process.FileID]bool{deviceAndInode(o): true})
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for wait := leastBackoff; wait <= 2*mostBackoff; wait *= 2 {
		if err := l.take(o); !errors.Is(err, process.ErrBeingWritten) {
			t.Errorf("%v, want %v", err, process.ErrBeingWritten)
		}
		if l.again.backoff != min(wait, mostBackoff) || !l.again.isDue(l.again.at) {
			t.Errorf("it is tried again after %v, want %v", l.again.backoff, wait)
		}
	}
	file.Close()
	if err := l.take(o); err == nil {
		t.Error("what has failed is tried again at once")
	}
	l.retry()
	if err := l.take(o); err != nil || !l.Has(deviceAndInode(o)) {
		t.Errorf("no lease: %v", err)
	}
}

// Where there is no right to a lease, or no lease at all, nothing fails. The first is told once.
func TestNoLease(t *testing.T) {
	denied := 0
	var why error
	l := newFileLeases(func(string, process.FileID) (*os.File, error) { return nil, why },
		func() { denied++ })
	defer l.Close()
	for _, why = range []error{process.ErrNoLease, errors.ErrUnsupported, process.ErrNoLease} {
		if err := l.take(fileObject(1, 2, 3)); err != nil {
			t.Errorf("%v: %v", why, err)
		}
		l.retry()
	}
	if denied != 1 {
		t.Errorf("told %d times", denied)
	}
}
