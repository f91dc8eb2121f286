package command

import (
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// keepUnused is how long a file stays attached that no process has any more: a service that is
// started again, or a program that runs every minute, shall lose no hits.
var keepUnused = 5 * time.Minute

// A usedFile is a file with probes that entries mean. What several overlays show of one file is
// together, as the kernel is attached to it once.
type usedFile struct {
	ids    map[process.FileID]bool // devices and inodes, as sites have them
	pids   map[int]bool
	unused time.Time // since when no process has it; 0: one has
}

// usedFiles are the files of the processes that are traced, by what is below overlays. Images are
// in owners: these go at once.
type usedFiles map[process.FileID]*usedFile

// add adds files, which are unused if they are new, and returns them.
func (u usedFiles) add(objects []process.Object, now time.Time) (added map[*usedFile]bool) {
	added = make(map[*usedFile]bool)
	for _, o := range objects {
		if isImage(o) {
			continue
		}
		f := u[o.Below()]
		if f == nil {
			f = &usedFile{
				ids: make(map[process.FileID]bool), pids: make(map[int]bool), unused: now,
			}
			u[o.Below()] = f
		}
		f.ids[deviceAndInode(o)] = true
		added[f] = true
	}
	return added
}

// set says which objects a process has.
func (u usedFiles) set(pid int, objects []process.Object, now time.Time) {
	used := u.add(objects, now)
	for f := range used {
		f.pids[pid], f.unused = true, time.Time{}
	}
	for _, f := range u {
		if f.pids[pid] && !used[f] {
			f.end(pid, now)
		}
	}
}

// fork adds a process that has all files of its parent.
func (u usedFiles) fork(parent, pid int) {
	for _, f := range u {
		if f.pids[parent] {
			f.pids[pid], f.unused = true, time.Time{}
		}
	}
}

// end takes a process away.
func (u usedFiles) end(pid int, now time.Time) {
	for _, f := range u {
		if f.pids[pid] {
			f.end(pid, now)
		}
	}
}

func (f *usedFile) end(pid int, now time.Time) {
	delete(f.pids, pid)
	if len(f.pids) == 0 {
		f.unused = now
	}
}

// isOver tells whether a file has been unused for long. Those that are named are to be attached to
// before a process maps them.
func (f *usedFile) isOver(now time.Time, named []process.Object) bool {
	return !f.unused.IsZero() && now.Sub(f.unused) >= keepUnused &&
		!slices.ContainsFunc(named, func(o process.Object) bool { return f.ids[deviceAndInode(o)] })
}

// hasOver tells whether a file has been unused for long.
func (u usedFiles) hasOver(now time.Time, named []process.Object) bool {
	for _, f := range u {
		if f.isOver(now, named) {
			return true
		}
	}
	return false
}

// forgetOver forgets the files that have been unused for long, and returns their devices and
// inodes.
func (u usedFiles) forgetOver(now time.Time, named []process.Object) map[process.FileID]bool {
	gone := make(map[process.FileID]bool)
	for below, f := range u {
		if f.isOver(now, named) {
			delete(u, below)
			for id := range f.ids {
				gone[id] = true
			}
		}
	}
	for _, f := range u { // a file that was written is another one there, and the same to sites
		for id := range f.ids {
			delete(gone, id)
		}
	}
	return gone
}

// named returns the files that entries name.
func (e *exporter) named() (named []process.Object) {
	for _, p := range e.populations {
		named = append(named, p.scope.named...)
	}
	return named
}

// findUnused looks for files that have been unused for long. All processes are read once before
// they are detached from: events can be lost.
func (e *exporter) findUnused(now time.Time) {
	if e.files.hasOver(now, e.named()) {
		e.hasUnused = true
		e.addAllProcesses()
	}
}

// detachFromUnused detaches from the files that were found to be unused, and still are. Their room
// is for others then, and the kernel can let the files go.
func (e *exporter) detachFromUnused(now time.Time) {
	if e.hasUnused {
		e.hasUnused = false
		e.detachFrom(e.files.forgetOver(now, e.named()))
	}
}

// yield detaches from the files that somebody waits to write, which then are written.
func (e *exporter) yield() {
	broken, paths := e.leases.broken()
	if len(broken) == 0 {
		return
	}
	e.detachFrom(broken)
	e.leases.again.soon() // others may have the file below an overlay, or it is named
	e.log.Info("usdt is detached from files that are going to be written, until a process has them",
		"files", paths)
}

// heedWriters is yield, if the kernel has told that somebody waits.
func (e *exporter) heedWriters() {
	select {
	case <-e.leases.Waiters():
		e.yield()
	default:
	}
}

// sitesOf returns which sites are in files.
func sitesOf(files map[process.FileID]bool) func(uprobe.Site) bool {
	return func(s uprobe.Site) bool { return files[fileOf(s)] }
}

// detachFrom detaches from files, and waits for it: what is attached to again meanwhile would be
// counted twice.
func (e *exporter) detachFrom(files map[process.FileID]bool) {
	if len(files) == 0 {
		return
	}
	var waits []func()
	for _, j := range e.jobs() {
		j.selection.inventory.forgetFiles(files)
		waits = append(waits, j.release(sitesOf(files)))
	}
	for _, wait := range waits {
		wait()
	}
	e.closing.Wait() // of entries that are not there any more
	e.leases.giveUp(files)
}
