package main

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/internal/tracing/watch"
)

// A follower attaches to probes that appear while a command traces: in processes that start or
// begin to execute another file, in libraries that they open, and in images that they publish. The
// kernel tells it which processes map code; where this user may not be told, it reads the memory
// maps again and again. Its methods are for one goroutine.
type follower struct {
	watcher *watch.Watcher // nil where the kernel does not tell
	tracing followed

	selection *selection
	members   *members
	known     knownFiles
	owners    owners
	ending    map[int]bool // processes whose main thread has ended
	again     map[int]bool // processes to read
	unloaded  map[int]bool // named processes without the probes
	refused   map[string]bool
	releases  sync.WaitGroup
	tell      notices
	seen      func(pid int) // unless nil, it is called for processes that appear with probes
}

// A followed is a tracing that can be extended.
type followed struct {
	// attach attaches to further sites, of further probes, too.
	attach func([]uprobe.Probe) error
	// release detaches from sites that are gone. It takes a while.
	release func(isGone func(uprobe.Site) bool) error
}

// followInterval is how often the follower looks for what the kernel does not tell, and for
// everything if it tells nothing.
const followInterval = time.Second

func newFollower() *follower {
	return &follower{
		known: make(knownFiles), owners: make(owners), ending: make(map[int]bool),
		again: make(map[int]bool), unloaded: make(map[int]bool), refused: make(map[string]bool),
	}
}

// following selects probes of the processes of a scope. The follower of the selection, to which the
// caller gives what it follows for, knows of all that has changed since.
func following(s scope, types typeFiles, choose chooser) (*selection, error) {
	f := newFollower()
	sel, err := f.choose(s, types, choose)
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return sel, nil
}

func (f *follower) choose(s scope, types typeFiles, choose chooser) (*selection, error) {
	set, err := newProcesses(s)
	if err != nil {
		return nil, err
	}
	f.watcher, _ = watch.Open()
	v, err := takeInventory(s, &types)
	if err != nil {
		return nil, err
	}
	v.everywhere = s.all || set != nil
	if f.members, err = newMembers(v.scope, set); err != nil {
		return nil, err
	}
	f.selection, err = choose(v)
	if err != nil {
		return nil, err
	}
	f.selection.follower = f
	return f.selection, nil
}

// attaching is [attaching] to the processes that the follower follows.
func (f *follower) attaching(cmd *cobra.Command, o *uprobe.Options) {
	o.Processes = f.members.processes
	attaching(cmd, o)
}

// follow follows the processes until ctx is done. It starts no process: a child has all descriptors
// until it has called exec, and a link that a child closes last, while it is killed, leaves its
// breakpoints behind.
func (f *follower) follow(ctx context.Context, stderr io.Writer) {
	defer f.selection.inventory.reader.Close()
	f.tell.stderr = stderr
	f.owners.add(f.selection.objects)
	for _, pid := range f.selection.scope.pids {
		f.members.trace(pid)
	}
	for ctx.Err() == nil {
		began := f.wait(ctx)
		for pid := range f.again {
			if ctx.Err() == nil {
				f.read(pid)
			}
		}
		clear(f.again)
		f.tell.flush()
		// A process that maps one file after the other must not take a whole processor here.
		f.rest(ctx, time.Since(began))
	}
	f.releases.Wait()
	f.tell.end()
	if missed := f.members.missed(); missed > 0 {
		warn(stderr, "%s not traced from the beginning: too many came at once",
			plural(missed, "process was", "processes were"))
	}
	_ = f.close()
}

func (f *follower) close() error { return errors.Join(f.closeWatcher(), f.members.close()) }

func (f *follower) closeWatcher() error {
	if f.watcher == nil {
		return nil
	}
	err := f.watcher.Close()
	f.watcher = nil
	return err
}

func (f *follower) rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(min(d, followInterval)):
	}
}

// wait waits until there is something to do, and returns when that was.
func (f *follower) wait(ctx context.Context) time.Time {
	if f.watcher == nil {
		f.rest(ctx, followInterval)
		f.addAll()
		f.look()
		return time.Now()
	}
	tick, cancel := context.WithTimeout(ctx, followInterval)
	defer cancel()
	events, err := f.watcher.Wait(tick, nil)
	began := time.Now()
	for _, e := range events {
		f.take(e, began)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		f.look()
	case err != nil && ctx.Err() == nil:
		_ = f.closeWatcher()
	}
	return began
}

// take takes an event.
func (f *follower) take(e watch.Event, now time.Time) {
	switch {
	case e.Kind == watch.Lost:
		clear(f.known)
		f.addAll()
	case e.PID <= 0 || e.PID == os.Getpid():
	case e.Kind == watch.Forked:
		if f.ending[e.PID] { // its id is used again
			delete(f.ending, e.PID)
			f.end([]int{e.PID})
		}
		f.members.fork(e.Parent, e.PID)
		f.owners.fork(e.Parent, e.PID)
	case e.Kind == watch.Exited:
		if f.members.hasOne(e.PID) || f.owners.has(e.PID) {
			f.ending[e.PID] = true
		}
	case f.selection.scope.all && f.known.has(e.File, now):
	case f.members.choose(e.PID):
		f.again[e.PID] = true
		f.known[e.File] = now
	}
}

// addAll has all processes of the scope read.
func (f *follower) addAll() {
	for _, pid := range f.members.all() {
		f.again[pid] = true
	}
}

// look looks for what the kernel does not tell: that a named process has unloaded its probes, and
// that a process has ended.
func (f *follower) look() {
	for _, pid := range f.members.named {
		f.again[pid] = true
	}
	var gone []int
	for pid := range f.ending {
		if hasEnded(pid) {
			gone = append(gone, pid)
			delete(f.ending, pid)
		}
	}
	f.end(gone)
}

// end takes note of processes that are gone. Beside all else, it detaches from the sites that only
// they had.
func (f *follower) end(gone []int) {
	if len(gone) == 0 {
		return
	}
	f.members.end(gone)
	isGone := f.owners.end(gone)
	f.selection.inventory.forget(isGone)
	f.releases.Go(func() { _ = f.tracing.release(isGone) })
}

// read reads a process, and attaches to what is new there.
func (f *follower) read(pid int) {
	objects, err := f.selection.inventory.reader.Read(pid, false)
	if err != nil {
		return // it has ended, or belongs to another user
	}
	has := f.selection.countProbes(objects)
	if f.members.isNamed(pid) && has == 0 && !f.unloaded[pid] {
		f.tell.now("process %d has unloaded the probes", pid)
	}
	f.unloaded[pid] = has == 0
	probes, matched, refused := f.selection.extend(objects)
	for _, err := range refused {
		if !f.refused[err.Error()] && len(f.refused) < maxRefused {
			f.refused[err.Error()] = true
			f.tell.now("%v", err)
		}
	}
	if len(probes) > 0 {
		f.owners.add(matched)
		if err := f.tracing.attach(probes); err != nil {
			f.tell.now("probes in process %d are not traced: %v", pid, err)
			return
		}
	}
	isNew := has > 0 && f.members.trace(pid)
	if isNew && f.seen != nil {
		f.seen(pid)
	}
	switch comm := printable.Text(processComm(pid)); {
	case isNew: // the kernel may be attached to its sites already
		f.tell.attached(pid, comm, has)
	case len(probes) > 0:
		f.tell.attached(pid, comm, len(probes))
	}
}

// knownFiles are files that a process has mapped of late: if they have probes, these are attached
// to in every process. A file can be written anew between two processes, so not for ever.
type knownFiles map[watch.FileID]time.Time

func (k knownFiles) has(file watch.FileID, now time.Time) bool {
	const many = 1 << 12
	if len(k) > many {
		clear(k)
	}
	at, known := k[file]
	return known && now.Sub(at) < followInterval
}
