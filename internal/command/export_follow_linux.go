package command

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/watch"
)

// follow follows the processes until ctx is done, and carries out what comes by e.todo.
func (e *exporter) follow(ctx context.Context) {
	defer e.reader.Close()
	for ctx.Err() == nil {
		began := e.wait(ctx)
		e.look(began)
		for pid := range e.again {
			e.read(ctx, pid)
			e.heedWriters()
			if ctx.Err() != nil {
				return
			}
		}
		clear(e.again)
		e.detachFromUnused(time.Now())
		e.settled()
		// A process that maps one file after the other must not take a whole processor here.
		e.rest(ctx, time.Since(began))
	}
}

func (e *exporter) rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	case <-e.leases.Waiters():
		e.yield()
	}
}

// wait waits until there is something to do, and returns when that was.
func (e *exporter) wait(ctx context.Context) time.Time {
	tick, cancel := context.WithTimeout(ctx, followInterval)
	defer cancel()
	stop := e.heed(cancel)
	defer stop()
	if e.watcher == nil {
		<-tick.Done()
		e.addAllProcesses()
		return time.Now()
	}
	events, err := e.watcher.Wait(tick, nil)
	began := time.Now()
	for _, event := range events {
		e.take(event)
	}
	if err != nil && tick.Err() == nil {
		e.log.Warn("the kernel tells no more of processes; usdt looks for them", "why", err)
		_ = e.watcher.Close()
		e.watcher = nil
	}
	return began
}

// heed has cancel called when something is to be done, which is done at once when it is safe.
func (e *exporter) heed(cancel func()) (stop func()) {
	done := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case f := <-e.todo:
			e.pending = append(e.pending, f)
			cancel()
		case <-e.leases.Waiters():
			e.pending = append(e.pending, e.yield)
			cancel()
		case <-done:
		}
	}()
	return func() {
		close(done)
		<-ended
		for _, f := range e.pending {
			f()
		}
		e.pending = nil
	}
}

// take takes an event.
func (e *exporter) take(event watch.Event) {
	pid := event.PID
	switch {
	case event.Kind == watch.Lost:
		e.addAllProcesses()
	case pid <= 0 || pid == os.Getpid():
	case event.Kind == watch.Forked:
		e.fork(event.Parent, pid)
	case event.Kind == watch.Exited:
		if e.knows(pid) {
			e.ending[pid] = true
		}
	default:
		if e.traced[pid] { // it may execute another program now
			e.again[pid] = true
		}
		for _, p := range e.populations { // each takes note
			if p.choose(pid) {
				e.again[pid] = true
			}
		}
	}
}

func (e *exporter) fork(parent, pid int) {
	if e.ending[pid] { // its id is used again
		delete(e.ending, pid)
		e.end([]int{pid})
	}
	e.names.fork(parent, pid)
	for _, p := range e.populations {
		if p.members != nil && p.members.fork(parent, pid) {
			e.again[pid] = true
		}
	}
	e.owners.fork(parent, pid)
	if e.traced[parent] {
		e.trace(pid)
		e.files.fork(parent, pid)
	}
	if e.again[parent] { // it may have ended before it is read
		e.again[pid] = true
	}
}

// knows tells whether the end of a process changes anything.
func (e *exporter) knows(pid int) bool {
	return e.traced[pid] || e.owners.has(pid) ||
		slices.ContainsFunc(e.populations, func(p *population) bool {
			return p.members != nil && p.members.hasOne(pid)
		})
}

// addAllProcesses has all processes read that are meant.
func (e *exporter) addAllProcesses() {
	for _, p := range e.populations {
		e.addAll(p)
	}
}

func (e *exporter) addAll(p *population) {
	for _, pid := range p.all() {
		e.again[pid] = true
	}
}

// settled takes note that all that there is to trace is traced.
func (e *exporter) settled() {
	if !e.ready.Swap(true) {
		e.log.Info("ready: the probes that are there are traced", "processes", len(e.traced))
	}
}

var errNotReady = errors.New("usdt still looks for the probes of the processes that are there")
