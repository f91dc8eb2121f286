//go:build linux && (amd64 || arm64)

package linux

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// blocked returns which signals the calling thread does not get.
func blocked(t *testing.T) uint64 {
	t.Helper()
	var set unix.Sigset_t
	if err := unix.PthreadSigmask(unix.SIG_BLOCK, nil, &set); err != nil {
		t.Fatal(err)
	}
	return set.Val[0]
}

func TestSignalMask(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	was := blocked(t)
	const urgent = 1 << (unix.SIGURG - 1)
	before := SignalMask(SIG_BLOCK, urgent)
	within := blocked(t)
	SignalMask(SIG_SETMASK, before)
	if before != was || was&urgent != 0 || within != was|urgent {
		t.Errorf("blocked are %#x, and %#x before, which was %#x", within, before, was)
	}
	if after := blocked(t); after != was {
		t.Errorf("blocked are %#x afterwards, want %#x as before", after, was)
	}
}
