package command

import (
	"sync/atomic"

	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// An exported is an entry of a configuration as it is traced: a metric, a span or a log.
type exported interface {
	name() string
	kind() string
	// attach attaches to further sites: the first of them open the tracing. unfit says which probes
	// cannot be a part of the entry, and why. After an err, none of the sites is traced.
	attach([]uprobe.Probe, uprobe.Options) (unfit, err error)
	release(isGone func(uprobe.Site) bool) (wait func())
	detach() error // and hand on what was received
	close() error
}

// An exportedEvents is an entry whose hits are handed on one by one: a span or a log.
type exportedEvents interface {
	exported
	// counted returns how many were handed on, and how many the kernel had no room for.
	counted() (handedOn, lost uint64)
}

// A job is an entry of the configuration, and what attaches it to the probes of processes. But for
// failed, it is for the goroutine of the exporter that follows processes.
type job struct {
	exported
	entry    any // what the configuration says
	source   config.Source
	patterns patternList

	findsGoroutines bool // they may be the key of a pair

	population *population
	selection  *selection
	failed     atomic.Uint64 // attempts to attach

	told    map[string]bool
	attempt attempt    // the last one to attach
	again   repetition // of what failed
}

// entryName is what the log and the exporter's own metrics call the entry, whatever its kind.
func (j *job) entryName() string { return j.kind() + " " + j.name() }

// extend attaches to what is new in objects that are meant.
func (e *exporter) extend(j *job, objects []process.Object) {
	free := e.leases.free(objects, func(err error) { e.failedJob(j, err) })
	probes, matched, refused := j.selection.extend(free)
	for _, err := range refused {
		e.failedJob(j, err)
	}
	for _, err := range j.selection.inventory.descriptions.tell() {
		j.tellOnce(err, func(text string) { e.log.Warn(text, j.kind(), j.name()) })
	}
	if len(probes) == 0 {
		return
	}
	e.owners.add(matched)
	j.attempt = attempt{ofFiles: matched[0].PID == 0}
	unfit, err := j.attach(probes, e.options(j))
	if e.tracing.Interrupted() != nil {
		return // a signal ends all
	}
	if unfit != nil { // for good
		e.failedJob(j, unfit)
	}
	j.selection.inventory.unsee(matched, func(o process.Object, n sdtnote.Note) bool {
		return err != nil || j.attempt.isMissing(o, n)
	})
	e.tryAgain(j, j.attempt.failure(err))
}

// tryAgain has the last attempt of a job repeated later, if it has failed.
func (e *exporter) tryAgain(j *job, failure error) {
	if failure == nil {
		j.again.backoff = 0
		return
	}
	e.failedJob(j, failure)
	j.again.later()
}

// failedJob takes note of an error of a job, and tells it if it is new.
func (e *exporter) failedJob(j *job, err error) {
	j.failed.Add(1)
	j.tellOnce(err, func(text string) {
		e.log.Warn("probes are not traced", j.kind(), j.name(), "why", text)
	})
}

// tellOnce tells an error, unless it was told. After very many it forgets what was told: of an
// exporter that runs for months, the log must have what is new.
func (j *job) tellOnce(err error, tell func(text string)) {
	text := shortened(err.Error())
	if j.told[text] {
		return
	}
	if len(j.told) >= maxRefused {
		clear(j.told)
	}
	j.told[text] = true
	tell(text)
}

// options returns how a job traces.
func (e *exporter) options(j *job) uprobe.Options {
	o := e.tracing
	o.Processes = j.population.processes()
	o.Skipped = j.attempt.skip
	return o
}
