//go:build linux && (amd64 || arm64)

package uprobe_test

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// TestTooFewDescriptors: the error says how many the sites take and what to do, and nothing stays
// attached.
func TestTooFewDescriptors(t *testing.T) {
	const n, room = 40, 24 // what it takes without uprobe_multi links, and more than all else takes
	s := newSlots(t, n, true, true)
	eachKernel(t, func(t *testing.T, o uprobe.Options) {
		if o.Features.Multi {
			return // it takes a few
		}
		o.Features.Semaphores = true
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		before := descriptors(t)
		low := unix.Rlimit{Cur: uint64(before + room), Max: limit.Max}
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &low); err != nil {
			t.Fatal(err)
		}
		counter, err := uprobe.Count(s.probes, o)
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			t.Fatal(err)
		}
		if err == nil {
			closing(t, counter)
		}
		if !errors.Is(err, unix.EMFILE) || !strings.Contains(err.Error(), "40 sites take some 80") {
			t.Errorf("with too few descriptors: %v", err)
		}
		if after := descriptors(t); after != before || *s.semaphore != 0 {
			t.Errorf("%d descriptors, before %d; the semaphore is %d", after, before, *s.semaphore)
		}
	})
}
