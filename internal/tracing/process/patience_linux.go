package process

import (
	"errors"
	"io"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// A file system that a user or another machine serves (FUSE, NFS) may never answer, and nothing
// interrupts a system call that waits for it. So whatever may wait runs in a goroutine of its own,
// which is left behind when it has waited too long.
const (
	// maxWait is how long the file systems may take to answer for one file, or for the memory map
	// of one process. It does not include the time that this program computes or waits for a
	// processor between two system calls.
	maxWait = 3 * time.Second

	// maxSilence is how long a Reader waits for all that do not answer. From then on, each of them
	// has minWait.
	maxSilence = 2 * maxWait
	minWait    = 100 * time.Millisecond

	// maxLeft bounds the goroutines that are left behind. Each takes a thread. The processes of one
	// user get less, so that a user whose processes do not answer hides only these.
	maxLeft       = 256
	maxLeftOfUser = 16
)

var errNoAnswer = errors.New("no answer from the file system; skipped")

// patience is what waiting has cost a Reader.
type patience struct {
	silence time.Duration // waited for what did not answer
	left    atomic.Int32  // goroutines left behind
	user    *atomic.Int32 // those of them that are due to the user whose process is read
	users   map[int]*atomic.Int32
	silent  map[uint64]bool // devices that did not answer, as in /proc/PID/maps
	wait    time.Duration   // in tests, in place of limit
}

// limit is how long the next file may take.
func (p *patience) limit() time.Duration {
	if p.wait != 0 {
		return p.wait
	}
	return min(maxWait, max(minWait, maxSilence-p.silence))
}

// ofUser says that what follows is about a process, or about no process in particular (0). Only a
// patience that has been strained asks whose process it is.
func (p *patience) ofUser(pid int) {
	user := noUser
	if pid > 0 && p.left.Load() > 0 {
		user = realUser(pid)
	}
	if p.users[user] == nil {
		if p.users == nil {
			p.users = make(map[int]*atomic.Int32)
		}
		p.users[user] = new(atomic.Int32)
	}
	p.user = p.users[user]
}

func (p *patience) isExhausted() bool {
	return p.left.Load() >= maxLeft || p.user.Load() >= maxLeftOfUser
}

func (p *patience) isSilent(device uint64) bool { return p.silent[device] }

func (p *patience) setSilent(device uint64) {
	if p.silent == nil {
		p.silent = make(map[uint64]bool)
	}
	p.silent[device] = true
}

// await returns what f returns, unless the system calls of f take too long. Then f goes on by
// itself, so it must not change what its caller has.
func await[T any](p *patience, f func(*watch) T) (result T, err error) {
	if p.user == nil {
		p.ofUser(0)
	}
	if p.isExhausted() {
		return result, errNoAnswer
	}
	user := p.user
	limit := p.limit()
	w := new(watch)
	done := make(chan T, 1)
	go func() {
		done <- f(w)
		if w.abandoned.Load() {
			p.left.Add(-1)
			user.Add(-1)
		}
	}()
	for again := time.NewTimer(limit); ; again.Reset(max(limit-w.waited(), time.Millisecond)) {
		select {
		case result = <-done:
			return result, nil
		case <-again.C:
		}
		if w.waited() < limit {
			continue
		}
		p.left.Add(1)
		user.Add(1)
		w.abandoned.Store(true)
		p.silence += limit
		return result, errNoAnswer
	}
}

// A watch measures the time that one goroutine spends in system calls that may wait.
type watch struct {
	total     atomic.Int64 // nanoseconds of the calls that have returned
	since     atomic.Int64 // when the present call began, in nanoseconds after watchEpoch; 0: none
	abandoned atomic.Bool
}

var watchEpoch = time.Now()

// call makes a system call, again when a signal has interrupted it.
func (w *watch) call(f func() error) (err error) {
	if w.abandoned.Load() {
		return errNoAnswer
	}
	w.measure(func() {
		err = f()
		for err == unix.EINTR {
			err = f()
		}
	})
	return err
}

func (w *watch) measure(f func()) {
	began := time.Since(watchEpoch)
	w.since.Store(int64(began))
	f()
	w.since.Store(0)
	w.total.Add(int64(time.Since(watchEpoch) - began))
}

func (w *watch) waited() time.Duration {
	waited := time.Duration(w.total.Load())
	if since := w.since.Load(); since != 0 {
		waited += time.Since(watchEpoch) - time.Duration(since)
	}
	return waited
}

// A watchedReader has a watch over the calls of Read.
type watchedReader struct {
	io.Reader
	watch *watch
}

func (r watchedReader) Read(b []byte) (n int, err error) {
	err = r.watch.call(func() (err error) {
		n, err = r.Reader.Read(b)
		return err
	})
	return n, err
}
