package command

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/internal/tracing/watch"
)

// An exporter carries out a configuration. Where nothing else is said, its fields are for the
// goroutine that calls follow.
type exporter struct {
	log      *slog.Logger
	began    time.Time
	resource *front.Resource // of the exporter itself
	names    *exportedProcesses
	tracing  uprobe.Options // what all tracings have in common
	sink     front.Sink

	reader  *process.Client
	watcher *watch.Watcher // nil where the kernel does not tell
	todo    chan func()    // what other goroutines want to have done
	pending []func()

	populations []*population
	owners      owners
	files       usedFiles
	hasUnused   bool // some were found
	leases      *fileLeases
	again       map[int]bool // processes to read
	ending      map[int]bool // processes whose main thread has ended
	traced      map[int]bool // processes that have probes which are traced
	begun       int          // how many of these since crowded was told
	looked      time.Time
	refreshed   time.Time

	// For all goroutines:
	mu        sync.Mutex
	config    *config.Config
	current   []*job
	processes atomic.Int64
	ready     atomic.Bool
	reloads   atomic.Uint64
	refused   atomic.Uint64 // configurations
	crowded   chan struct{} // has an element when metrics are to be read, for many processes
	closing   sync.WaitGroup
	reading   chan struct{} // has room for the metrics that are read at a time
}

// newExporter returns what carries out a configuration. The caller closes it.
func newExporter(cmd *cobra.Command, log *slog.Logger) (*exporter, error) {
	e := &exporter{
		log: log, names: newExportedProcesses(), todo: make(chan func()), owners: make(owners),
		files: make(usedFiles), config: new(config.Config), began: time.Now(),
		reading: make(chan struct{}, readAtOnce), crowded: make(chan struct{}, 1),
		again: make(map[int]bool), ending: make(map[int]bool), traced: make(map[int]bool),
	}
	e.resource = e.names.share(map[string]any{
		"service.version": moduleVersion(), "process.pid": int64(os.Getpid()),
	})
	var err error
	if e.reader, err = startReader(); err != nil {
		return nil, err
	}
	e.leases = newFileLeases(e.reader.Lease, func() {
		log.Warn("files can be overwritten while usdt is attached to them, and programs that run " +
			"them later can crash; run it with CAP_LEASE")
	})
	attaching(cmd, &e.tracing)
	e.watcher, _ = watch.Open()
	return e, nil
}

// jobs returns the entries that are traced.
func (e *exporter) jobs() []*job {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.current
}

// do has the goroutine that follows do something, unless it has ended.
func (e *exporter) do(ctx context.Context, f func()) {
	select {
	case e.todo <- f:
	case <-ctx.Done():
	}
}

// detach detaches everything, and hands on what was received.
func (e *exporter) detach() error {
	jobs := e.jobs()
	errs := make([]error, len(jobs))
	var all sync.WaitGroup
	for i, j := range jobs {
		all.Go(func() { errs[i] = j.detach() })
	}
	all.Wait()
	return errors.Join(errs...)
}

// close frees everything, after detach.
func (e *exporter) close() error {
	var errs []error
	for _, j := range e.jobs() {
		errs = append(errs, j.close())
	}
	e.closing.Wait()
	for _, p := range e.populations {
		errs = append(errs, p.close())
	}
	e.leases.Close()
	if e.watcher != nil {
		errs = append(errs, e.watcher.Close())
	}
	return errors.Join(errs...)
}

// isReady is Setup.Ready.
func (e *exporter) isReady() error {
	if !e.ready.Load() {
		return errNotReady
	}
	return nil
}
