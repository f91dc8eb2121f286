package main

import (
	"context"
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/watch"
)

// awaitInterval is how often a command is looked at that has no probes yet, where the kernel does
// not tell when it maps code.
const awaitInterval = 20 * time.Millisecond

// awaitProbes lets the command run when none of its files has what enough asks for, until its
// process has. When the command ends before, the inventory stays as it is.
func (v *inventory) awaitProbes(what string, enough func() bool) error {
	c := v.scope.command
	if c == nil || enough() {
		return nil
	}
	warn(c.stderr, "the files of %v have no %s; waiting for it to load them", c, what)
	watcher, _ := watch.Open()
	if watcher != nil {
		defer watcher.Close()
	}
	if err := c.run(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-c.ended
		cancel()
	}()
	before := v.objects
	for awaitCode(ctx, watcher, c.launch.PID()) {
		var objects []process.Object
		if objects, _ = v.reader.Read(c.launch.PID(), false); len(objects) == 0 {
			continue // it ends, or has just begun
		}
		v.objects, v.room = nil, newRoom(v.scope)
		if v.add(objects); enough() {
			return nil
		}
	}
	v.objects = before
	return nil
}

// awaitCode waits until a process may have mapped code. It returns false when ctx has ended.
func awaitCode(ctx context.Context, w *watch.Watcher, pid int) bool {
	if w == nil {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(awaitInterval):
			return true
		}
	}
	for {
		events, err := w.Wait(ctx, nil)
		if err != nil {
			return false
		}
		if slices.ContainsFunc(events, func(e watch.Event) bool {
			return e.Kind == watch.Lost || e.Kind == watch.Mapped && e.PID == pid
		}) {
			return true
		}
	}
}
