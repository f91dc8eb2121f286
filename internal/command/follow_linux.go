package command

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/process"
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
	owners    owners
	leases    *fileLeases
	ending    map[int]bool // processes whose main thread has ended
	again     map[int]bool // processes to read
	unloaded  map[int]bool // named processes without the probes
	refused   map[string]bool
	looked    time.Time // when it looked last, and how often it has
	looks     int
	tell      notices
	seen      func(pid int) // unless nil, it is called for processes that appear with probes
}

// A followed is a tracing that can be extended.
type followed struct {
	// attach attaches to further sites, of further probes, too.
	attach func([]uprobe.Probe) error
	// release detaches from sites that are gone, beside all else, unless wait is called.
	release func(isGone func(uprobe.Site) bool) (wait func())
}

// followInterval is how often the follower looks for what the kernel does not tell, and for
// everything if it tells nothing.
const followInterval = time.Second

func newFollower() *follower {
	return &follower{
		owners: make(owners), ending: make(map[int]bool), again: make(map[int]bool),
		unloaded: make(map[int]bool), refused: make(map[string]bool),
	}
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
	f.leaseAttached()
	for _, pid := range f.selection.scope.pids {
		f.members.trace(pid)
	}
	for ctx.Err() == nil {
		began := f.wait(ctx)
		f.yield()
		if began.Sub(f.looked) >= followInterval {
			f.looked = began
			f.look()
		}
		for pid := range f.again {
			if ctx.Err() != nil {
				break
			}
			f.read(pid)
		}
		clear(f.again)
		f.tell.flush()
		// A process that maps one file after the other must not take a whole processor here.
		f.rest(ctx, time.Since(began))
	}
	f.tell.end()
	if missed := f.members.missed(); missed > 0 {
		warn(stderr, "%s not traced from the beginning: there was no room to remember more",
			plural(missed, "process was", "processes were"))
	}
	_ = f.close()
}

// close leaves the leases as they are until usdt ends: what is traced is still being detached.
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
	case <-time.After(d):
	case <-f.leases.Waiters():
		f.yield()
	}
}

// wait waits until there is something to do, and returns when that was.
func (f *follower) wait(ctx context.Context) time.Time {
	if f.watcher == nil {
		f.rest(ctx, followInterval)
		f.addAll()
		return time.Now()
	}
	tick, cancel := context.WithTimeout(ctx, followInterval)
	defer cancel()
	defer f.leases.heed(cancel)()
	events, err := f.watcher.Wait(tick, nil)
	began := time.Now()
	for _, e := range events {
		f.take(e)
	}
	if err != nil && tick.Err() == nil {
		_ = f.closeWatcher()
	}
	return began
}

// take takes an event.
func (f *follower) take(e watch.Event) {
	switch {
	case e.Kind == watch.Lost:
		f.addAll()
	case e.PID <= 0 || e.PID == os.Getpid():
	case e.Kind == watch.Forked:
		if f.ending[e.PID] { // its id is used again
			delete(f.ending, e.PID)
			f.end([]int{e.PID})
		}
		if f.members.fork(e.Parent, e.PID) {
			f.again[e.PID] = true
		}
		f.owners.fork(e.Parent, e.PID)
	case e.Kind == watch.Exited:
		if f.members.hasOne(e.PID) || f.owners.has(e.PID) {
			f.ending[e.PID] = true
		}
	case f.members.choose(e.PID):
		f.again[e.PID] = true
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
	f.leases.retry()
	for _, pid := range f.members.named {
		f.again[pid] = true
	}
	if f.leases.again.isDue(time.Now()) {
		f.addAll()
		f.extendNamed()
	}
	// Events of several processors can come in another order, or be lost: a process that was added
	// after its end is found in this way.
	const seldom = 10
	if f.looks++; f.looks%seldom == 0 {
		for _, pid := range slices.Concat(f.members.list(), f.owners.list()) {
			f.ending[pid] = true
		}
	}
	var gone []int
	for pid := range f.ending {
		if hasEnded(pid) {
			gone = append(gone, pid)
			delete(f.ending, pid)
			delete(f.unloaded, pid)
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
	f.tracing.release(isGone)
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
	if f.members.isNamed(pid) {
		f.unloaded[pid] = has == 0
	}
	free := f.leases.free(f.selection.meant(objects), f.refuse)
	added, err := f.extend(free)
	if err != nil {
		f.tell.now("probes in process %d are not traced: %v", pid, err)
		return
	}
	isNew := f.selection.countProbes(free) > 0 && f.members.trace(pid)
	if isNew && f.seen != nil {
		f.seen(pid)
	}
	switch comm := printable.Text(processComm(pid)); {
	case comm == "": // it has ended
	case isNew: // the kernel may be attached to its sites already
		f.tell.attached(pid, comm, has)
	case added > 0:
		f.tell.attached(pid, comm, added)
	}
}

// extend attaches to what is new in objects, which are leased: so many probes.
func (f *follower) extend(objects []process.Object) (added int, err error) {
	probes, matched, refused := f.selection.extend(objects)
	for _, err := range refused {
		f.refuse(err)
	}
	if len(probes) == 0 {
		return 0, nil
	}
	f.owners.add(matched)
	return len(probes), f.tracing.attach(probes)
}

// refuse tells once why probes cannot be traced.
func (f *follower) refuse(err error) {
	if !f.refused[err.Error()] && len(f.refused) < maxRefused {
		f.refused[err.Error()] = true
		f.tell.now("%v", err)
	}
}
