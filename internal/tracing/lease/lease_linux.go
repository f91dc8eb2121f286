package lease

import (
	"errors"
	"os"
	"os/signal"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// A Set is read leases of files, by what the caller knows the files by. Its methods are for one
// goroutine.
type Set struct {
	files   map[process.FileID]*os.File
	waiters chan os.Signal
}

// NewSet returns an empty set. The caller closes it.
func NewSet() *Set {
	return &Set{files: make(map[process.FileID]*os.File), waiters: make(chan os.Signal, 1)}
}

// Waiters receives something when somebody has begun to wait for a lease, and perhaps at other
// times. It is safe for concurrent use.
func (s *Set) Waiters() <-chan os.Signal { return s.waiters }

// Add adds a file that was opened with a lease, and owns it from then on. Who has begun to wait
// before is in Broken, but not in Waiters.
func (s *Set) Add(id process.FileID, file *os.File) error {
	if len(s.files) == 0 {
		signal.Notify(s.waiters, unix.SIGIO)
	}
	if _, err := unix.FcntlInt(file.Fd(), unix.F_SETOWN, os.Getpid()); err != nil {
		return errors.Join(os.NewSyscallError("fcntl", err), file.Close())
	}
	if before := s.files[id]; before != nil {
		_ = before.Close()
	}
	s.files[id] = file
	return nil
}

// Len returns how many leases there are: each takes a descriptor.
func (s *Set) Len() int { return len(s.files) }

// Has tells whether the lease of a file is in the set.
func (s *Set) Has(id process.FileID) bool { return s.files[id] != nil }

// Path returns the path that a file of the set was opened by.
func (s *Set) Path(id process.FileID) string { return s.files[id].Name() }

// Broken returns the files for whose leases somebody waits.
func (s *Set) Broken() (ids []process.FileID) {
	for id, file := range s.files {
		kind, err := unix.FcntlInt(file.Fd(), unix.F_GETLEASE, 0)
		if err != nil || kind != unix.F_RDLCK {
			ids = append(ids, id)
		}
	}
	return ids
}

// GiveUp gives up the leases of files: who waits for them goes on. For a file that is not in the
// set it does nothing.
func (s *Set) GiveUp(ids ...process.FileID) {
	for _, id := range ids {
		if file := s.files[id]; file != nil {
			_ = file.Close() // was not written
			delete(s.files, id)
		}
	}
}

// Close gives up all leases.
func (s *Set) Close() {
	signal.Stop(s.waiters)
	for id := range s.files {
		s.GiveUp(id)
	}
}
