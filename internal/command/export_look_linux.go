package command

import (
	"context"
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// look looks for what the kernel does not tell, and tries again what has failed.
func (e *exporter) look(now time.Time) {
	if now.Sub(e.looked) < followInterval {
		return
	}
	e.looked = now
	e.yield() // who began to wait before the kernel was asked to tell
	e.leases.retry()
	isWritten := e.leases.again.isDue(now)
	if now.Sub(e.refreshed) >= refreshInterval {
		e.refreshed = now
		e.refreshAll()
		e.endAll()
		e.findUnused(now)
	}
	e.repeat(now, isWritten)
	var gone []int
	for pid := range e.ending {
		if hasEnded(pid) {
			gone = append(gone, pid)
			delete(e.ending, pid)
		}
	}
	e.end(gone)
}

// repeat has the processes read of the entries whose time for that has come, or of all.
func (e *exporter) repeat(now time.Time, all bool) {
	populations := make(map[*population]bool)
	for _, j := range e.jobs() {
		if !j.again.isDue(now) && !all {
			continue
		}
		populations[j.population] = true
		e.extendNamed(j)
	}
	for p := range populations {
		e.addAll(p)
	}
}

// extendNamed attaches to the files that an entry names, before a process maps them.
func (e *exporter) extendNamed(j *job) {
	if j.population.scope.all {
		named := j.selection.meant(j.population.scope.named)
		e.files.add(named, time.Now())
		e.extend(j, named)
	}
}

// endAll has all processes looked at that are known: events can come in another order, or be lost.
func (e *exporter) endAll() {
	for pid := range e.traced {
		e.ending[pid] = true
	}
	for _, pid := range slices.Concat(e.owners.list(), e.names.list()) {
		e.ending[pid] = true
	}
	for _, p := range e.populations {
		if p.members == nil {
			continue
		}
		for _, pid := range p.members.list() {
			e.ending[pid] = true
		}
	}
}

// end takes note of processes that are gone. Beside all else, it detaches from the sites that only
// they had.
func (e *exporter) end(gone []int) {
	if len(gone) == 0 {
		return
	}
	for _, p := range e.populations {
		if p.members != nil {
			p.members.end(gone)
		}
	}
	for _, pid := range gone {
		delete(e.traced, pid)
		e.files.end(pid, time.Now())
	}
	e.processes.Store(int64(len(e.traced)))
	e.names.end(gone)
	isGone := e.owners.end(gone)
	for _, j := range e.jobs() {
		j.selection.inventory.forget(isGone)
		j.release(isGone)
	}
}

// read reads a process, and attaches to what is new there.
func (e *exporter) read(ctx context.Context, pid int) {
	objects, err := e.reader.Read(pid, false)
	if err != nil {
		return // it has ended, or belongs to another user
	}
	e.extendAll(ctx, pid, objects)
}

// extendAll attaches to what the objects of a process have that is new, for all entries that mean
// it. Very many probes take a while for each of these, so it looks whether ctx is done.
func (e *exporter) extendAll(ctx context.Context, pid int, objects []process.Object) {
	var used []process.Object
	for _, j := range e.jobs() {
		if ctx.Err() != nil {
			return
		}
		if !j.population.has(pid) {
			continue
		}
		meant := j.selection.meant(objects)
		if len(meant) > 0 {
			e.names.look(pid) // before its hits are read
		}
		e.extend(j, meant)
		used = append(used, meant...)
	}
	if len(used) > 0 {
		e.trace(pid)
	} else {
		delete(e.traced, pid) // it executes another program now
	}
	e.files.set(pid, used, time.Now())
	e.processes.Store(int64(len(e.traced)))
}
