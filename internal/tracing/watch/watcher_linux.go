package watch

import (
	"context"
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/perfevent"
)

// A Watcher watches all processes that the pid namespace of this process has. It is not safe for
// concurrent use.
type Watcher struct {
	rings []*ring
	wake  int // an eventfd: written to when waiting is over
	ready []unix.PollFd
}

// Open watches from now on, on each processor that is online. It needs CAP_PERFMON or, before
// Linux 5.8, CAP_SYS_ADMIN, unless kernel.perf_event_paranoid is 0 or less. The caller closes the
// watcher.
func Open() (*Watcher, error) {
	cpus, err := perfevent.OnlineCPUs()
	if err != nil {
		return nil, err
	}
	w := new(Watcher)
	if w.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, os.NewSyscallError("eventfd", err)
	}
	w.ready = append(w.ready, pollFor(w.wake))
	for _, cpu := range cpus {
		r, err := openRing(cpu)
		if errors.Is(err, unix.ENODEV) {
			continue // it is offline by now
		}
		if err != nil {
			return nil, errors.Join(err, w.Close())
		}
		w.rings = append(w.rings, r)
		w.ready = append(w.ready, pollFor(r.fd))
	}
	return w, nil
}

func pollFor(fd int) unix.PollFd {
	return unix.PollFd{Fd: int32(fd), Events: unix.POLLIN} // #nosec G115 -- a descriptor
}

// Wait waits for events, and adds them to events: those of each processor in their order. It
// returns the cause of the end of ctx.
func (w *Watcher) Wait(ctx context.Context, events []Event) ([]Event, error) {
	written := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(written)
		_, _ = unix.Write(w.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0}) // it cannot be full
	})
	defer func() {
		if !stop() {
			<-written // or it could write to what has the descriptor after Close
		}
	}()
	for ctx.Err() == nil {
		if _, err := unix.Poll(w.ready, -1); err != nil && !errors.Is(err, unix.EINTR) {
			return events, os.NewSyscallError("poll", err)
		}
		if w.ready[0].Revents != 0 { // or it would be ready for ever
			_, _ = unix.Read(w.wake, make([]byte, 8))
		}
		before := len(events)
		for _, r := range w.rings {
			events = r.read(events)
		}
		if len(events) > before {
			return events, nil
		}
	}
	return events, context.Cause(ctx)
}

// Close ends the watching. It must not be called while Wait waits.
func (w *Watcher) Close() error {
	errs := []error{os.NewSyscallError("close", unix.Close(w.wake))}
	for _, r := range w.rings {
		errs = append(errs, r.close())
	}
	w.rings, w.ready = nil, nil
	return errors.Join(errs...)
}
