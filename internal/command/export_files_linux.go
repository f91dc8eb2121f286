package command

import (
	"maps"
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// keepUnused is how long a file stays attached that no process has any more: a service that is
// started again, or a program that runs every minute, shall lose no hits.
var keepUnused = 5 * time.Minute

// A usedFile is a file with probes. What several overlays show of one file is together, as the
// kernel is attached to it once.
type usedFile struct {
	ids    map[process.FileID]bool // Dev and Inode, as sites have them
	pids   map[int]bool
	unused time.Time // since when no process has it; 0: one has
}

// usedFiles are the files of the processes that are traced, by what is below overlays. Images are
// in owners: these go at once.
type usedFiles map[process.FileID]*usedFile

// add adds a process that has objects with probes.
func (u usedFiles) add(pid int, objects []process.Object) {
	for _, o := range objects {
		if isImage(o) {
			continue
		}
		f := u[o.Below()]
		if f == nil {
			f = &usedFile{ids: make(map[process.FileID]bool), pids: make(map[int]bool)}
			u[o.Below()] = f
		}
		f.ids[rawID(o)], f.pids[pid], f.unused = true, true, time.Time{}
	}
}

func rawID(o process.Object) process.FileID { return process.FileID{Dev: o.Dev, Inode: o.Inode} }

// fork adds a process that has all files of its parent.
func (u usedFiles) fork(parent, pid int) {
	for _, f := range u {
		if f.pids[parent] {
			f.pids[pid], f.unused = true, time.Time{}
		}
	}
}

// end takes processes away.
func (u usedFiles) end(gone []int, now time.Time) {
	for _, f := range u {
		for _, pid := range gone {
			delete(f.pids, pid)
		}
		if len(f.pids) == 0 && f.unused.IsZero() {
			f.unused = now
		}
	}
}

// forget forgets the files that have been unused for long, except those that are named, and returns
// all their ids.
func (u usedFiles) forget(now time.Time, named []process.Object) (gone map[process.FileID]bool) {
	gone = make(map[process.FileID]bool)
	for id, f := range u {
		if f.unused.IsZero() || now.Sub(f.unused) < keepUnused || f.isOneOf(id, named) {
			continue
		}
		delete(u, id)
		gone[id] = true
		for id := range f.ids {
			gone[id] = true
		}
	}
	if len(gone) == 0 {
		return nil
	}
	for _, f := range u { // a file that was written has another id below, and the same one for sites
		for id := range f.ids {
			delete(gone, id)
		}
	}
	return gone
}

func (f *usedFile) isOneOf(id process.FileID, objects []process.Object) bool {
	for _, o := range objects {
		if o.Below() == id || f.ids[rawID(o)] {
			return true
		}
	}
	return false
}

// releaseUnused detaches, beside all else, from files that no process has any more. Their room is
// for others then, and the kernel can let the files go.
func (e *exporter) releaseUnused(now time.Time) {
	var named []process.Object // to be attached before a process maps them
	for _, p := range e.populations {
		named = append(named, p.scope.named...)
	}
	gone := e.files.forget(now, named)
	if len(gone) == 0 {
		return
	}
	for _, j := range e.jobs() {
		j.selection.inventory.forgetFiles(gone)
		j.release(func(s uprobe.Site) bool {
			return gone[process.FileID{Dev: s.Dev, Inode: s.Inode}]
		})
	}
}

// forgetFiles forgets files, and gives back their room.
func (v *inventory) forgetFiles(gone map[process.FileID]bool) {
	v.objects = slices.DeleteFunc(v.objects, func(o process.Object) bool { return gone[rawID(o)] })
	maps.DeleteFunc(v.seen, func(id siteID, _ bool) bool { return gone[id.file] })
	for id, size := range v.filled {
		if gone[id.file] {
			delete(v.filled, id)
			v.room.fill(-size)
		}
	}
}
