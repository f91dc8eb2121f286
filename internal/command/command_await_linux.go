package command

import (
	"context"
	"slices"
	"time"

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
	c.heedSignals(func(error) {}) // also after this, until the tracing heeds them, too
	if err := c.run(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-c.ended
		cancel()
	}()
	before := *v
	for awaitCode(ctx, watcher, v.isMember) {
		v.clear()
		for _, pid := range v.commandPIDs() {
			objects, _ := v.reader.Read(pid, false) // there are none if it ends
			v.add(v.scope.chosen(objects))
		}
		if enough() {
			v.endReading(nil)
			return nil
		}
	}
	*v = before
	return nil
}

// commandPIDs returns the processes of the command.
func (v *inventory) commandPIDs() []int {
	if v.scope.children {
		found, _ := v.scope.find(criteria{}) // a command has none
		return found
	}
	return v.scope.pids
}

// isMember tells whether a process may be one of the command's.
func (v *inventory) isMember(pid int) bool {
	return v.scope.children || slices.Contains(v.scope.pids, pid)
}

// awaitCode waits until a member may have mapped code. It returns false when ctx has ended.
func awaitCode(ctx context.Context, w *watch.Watcher, isMember func(pid int) bool) bool {
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
			return e.Kind == watch.Lost || e.Kind == watch.Mapped && isMember(e.PID)
		}) {
			return true
		}
	}
}
