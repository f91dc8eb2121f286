//go:build linux

package main

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"
)

// A tracing is what a command ends: the part that all tracings of the engine have in common.
type tracing interface {
	Detach() error
	Detached() (sites, of int)
	Close() error
}

const (
	// detachPatience is how long a command waits for the kernel to detach, which takes some 50 ms.
	// With what comes before and after it, usdt is done within two seconds.
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
			d.err = d.tracing.Detach()
		}()
	})
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
	stuck, found := findStuck(os.DirFS("/proc"), d.scope.pid, time.Now().Add(searchPatience))
	if found {
		warn(d.stderr, "%v; as long as it does, no tracer of this machine can detach", stuck)
	}
}

// close frees what the tracing has in the kernel, if the kernel has detached. Otherwise the end of
// this process does that.
func (d *detachment) close() error {
	_, finished, err := d.wait()
	if !finished {
		return err
	}
	return errors.Join(err, d.tracing.Close())
}
