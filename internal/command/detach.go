//go:build linux

package command

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// A tracing is what a command ends: the part that all tracings of the engine have in common.
type tracing interface {
	Detach() error
	Detached() (sites, of int)
	Close() error
}

const (
	// detachPatience is how long a command waits for the kernel to detach, which takes some 50 ms,
	// before it writes its results. With what comes before and after it, usdt has written them within
	// two seconds.
	detachPatience = 1200 * time.Millisecond

	// searchPatience is how long it may take to find out what holds up the kernel.
	searchPatience = 300 * time.Millisecond
)

// A detachment is the end of a tracing. Its methods are not safe for concurrent use.
type detachment struct {
	tracing tracing
	scope   scope
	stderr  io.Writer

	once sync.Once
	end  time.Time     // when tracing ended: detaching takes a while
	done chan struct{} // closed when the kernel has detached
	err  error         // of detaching
	told bool          // that the kernel is still detaching
}

// detachAtEnd detaches at the end of ctx, even while output is waiting for somebody to read it: the
// traced program is free as soon as the user says so. The caller closes the detachment.
func detachAtEnd(ctx context.Context, t tracing, s scope, stderr io.Writer) *detachment {
	d := &detachment{tracing: t, scope: s, stderr: stderr, done: make(chan struct{})}
	context.AfterFunc(ctx, d.begin)
	return d
}

func (d *detachment) begin() {
	d.once.Do(func() {
		d.end = time.Now()
		go func() {
			defer close(d.done)
			d.err = detachUndisturbed(d.tracing)
		}()
	})
}

// detachUndisturbed detaches while signals have no effect, and a closed pipe is an error of the
// write. The end of this process would interrupt the kernel in detaching, and it then leaves the
// other breakpoints in the traced program for good ("failed to unregister, leaking uprobe", seen in
// Linux 6.18).
func detachUndisturbed(t tracing) error {
	ignored := make(chan os.Signal, 1)
	signal.Notify(ignored, append(slices.Clone(endSignals), unix.SIGPIPE)...)
	defer signal.Stop(ignored)
	return t.Detach()
}

// wait detaches, unless that has begun, and returns when tracing ended. It waits until the kernel
// has detached. When that takes too long, it says so, and finished is false: the command then
// writes what it has. It returns an error of detaching once.
func (d *detachment) wait() (end time.Time, finished bool, err error) {
	d.begin()
	patience := time.NewTimer(time.Until(d.end.Add(detachPatience)))
	defer patience.Stop()
	select {
	case <-d.done:
		err, d.err = d.err, nil
		return d.end, true, err
	case <-patience.C:
	}
	if !d.told {
		d.told = true
		d.tell()
	}
	return d.end, false, nil
}

// tell says what is known of a detachment that takes long.
func (d *detachment) tell() {
	sites, of := d.tracing.Detached()
	warn(d.stderr, "the kernel is still detaching: %d of %s so far; usdt writes its results now "+
		"and ends when the kernel has finished", sites, plural(of, "site", "sites"))
	stuck, found := findStuck(os.DirFS("/proc"), d.scope.pids, time.Now().Add(searchPatience))
	if found {
		warn(d.stderr, "%v; as long as it does, no tracer of this machine can detach", stuck)
	}
}

// close waits until the kernel has detached, however long that takes, and frees what the tracing
// has in the kernel.
func (d *detachment) close() error {
	_, _, err := d.wait()
	<-d.done
	err, d.err = errors.Join(err, d.err), nil // unless wait has returned it
	return errors.Join(err, d.tracing.Close())
}
