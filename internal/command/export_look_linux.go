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
	for _, j := range e.jobs() {
		if !j.again.IsZero() && now.After(j.again) {
			j.again = time.Time{}
			e.addAll(j.population)
		}
	}
	if now.Sub(e.refreshed) >= refreshInterval {
		e.refreshed = now
		e.refreshAll()
		e.endAll()
	}
	var gone []int
	for pid := range e.ending {
		if hasEnded(pid) {
			gone = append(gone, pid)
			delete(e.ending, pid)
		}
	}
	e.end(gone)
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
	isTraced := false
	for _, j := range e.jobs() {
		if ctx.Err() != nil {
			return
		}
		if !j.population.has(pid) {
			continue
		}
		chosen := j.population.scope.chosen(objects)
		if j.selection.countProbes(chosen) > 0 {
			isTraced = true
			e.names.look(pid) // before its hits are read
		}
		e.extend(j, chosen)
	}
	if isTraced {
		e.trace(pid)
	} else {
		delete(e.traced, pid) // it executes another program now
	}
	e.processes.Store(int64(len(e.traced)))
}
