package process

import (
	"errors"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A call that never returns is given up, and the time of others does not count.
func TestAwait(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	p := patience{wait: time.Millisecond}
	_, err := await(&p, func(w *watch) int {
		_ = w.call(func() error { <-release; return nil })
		return 1
	})
	if !errors.Is(err, errNoAnswer) || p.left.Load() != 1 || p.silence != p.wait {
		t.Errorf("stuck: %v, %d left behind, silent for %v", err, p.left.Load(), p.silence)
	}
	computed := false
	got, err := await(&p, func(w *watch) int {
		for range 3 { // each takes less than the limit, or as long as the machine wants
			time.Sleep(2 * p.wait)
		}
		computed = true
		return 7
	})
	if err != nil || got != 7 || !computed {
		t.Errorf("computed for longer than the limit: %d, %v", got, err)
	}
}

// A goroutine that was left behind makes no more calls, and is not counted once it ends.
func TestAwaitAbandoned(t *testing.T) {
	release, ended := make(chan struct{}), make(chan error)
	p := patience{wait: time.Millisecond}
	_, err := await(&p, func(w *watch) int {
		_ = w.call(func() error { <-release; return nil })
		ended <- w.call(func() error { return nil })
		return 1
	})
	if !errors.Is(err, errNoAnswer) {
		t.Fatalf("got %v, want %v", err, errNoAnswer)
	}
	close(release)
	if err := <-ended; !errors.Is(err, errNoAnswer) {
		t.Errorf("a call afterwards: %v, want %v", err, errNoAnswer)
	}
	for p.left.Load() != 0 {
		time.Sleep(time.Millisecond)
	}
}

// A user whose processes do not answer hides no processes of other users, and many such users do
// not take all threads.
func TestPatienceEnds(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	p := patience{wait: time.Nanosecond, users: make(map[int]*atomic.Int32)}
	for left := range maxLeft {
		user := 1000 + left/maxLeftOfUser
		if p.users[user] == nil {
			p.users[user] = new(atomic.Int32)
		}
		p.user = p.users[user]
		_, err := await(&p, func(w *watch) int {
			_ = w.call(func() error { <-release; return nil })
			return 1
		})
		if !errors.Is(err, errNoAnswer) {
			t.Fatal(err)
		}
		if left == maxLeftOfUser-1 {
			checkExhausted(t, &p)
			p.ofUser(1) // init, of root
			if got, err := await(&p, func(*watch) int { return 7 }); err != nil || got != 7 {
				t.Errorf("process of another user: %d, %v", got, err)
			}
		}
	}
	p.ofUser(0)
	checkExhausted(t, &p)
}

func checkExhausted(t *testing.T, p *patience) {
	t.Helper()
	_, err := await(p, func(*watch) int { panic("one too many is left behind") })
	if !errors.Is(err, errNoAnswer) {
		t.Errorf("got %v, want %v", err, errNoAnswer)
	}
}

func TestRealUser(t *testing.T) {
	if got := realUser(os.Getpid()); got != os.Getuid() {
		t.Errorf("this process belongs to %d, got %d", os.Getuid(), got)
	}
	if got := realUser(-1); got != noUser {
		t.Errorf("no process: got %d", got)
	}
}

func TestLimit(t *testing.T) {
	for silence, want := range map[time.Duration]time.Duration{
		0:                    maxWait,
		maxWait:              maxWait,
		maxSilence - minWait: minWait,
		maxSilence:           minWait,
		time.Hour:            minWait,
	} {
		if got := (&patience{silence: silence}).limit(); got != want {
			t.Errorf("after %v of silence: %v, want %v", silence, got, want)
		}
	}
}

func TestWatchRetries(t *testing.T) {
	calls := 0
	err := new(watch).call(func() error {
		calls++
		if calls < 3 {
			return unix.EINTR
		}
		return unix.EIO
	})
	if err != unix.EIO || calls != 3 {
		t.Errorf("%v after %d calls, want %v after 3", err, calls, unix.EIO)
	}
}
