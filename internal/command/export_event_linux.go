package command

import (
	"errors"
	"os"
	"sync"
	"sync/atomic"

	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A received is what spans and records have in common: a goroutine receives them from the kernel.
// Of what comes faster than it can be handed on, the kernel's buffer keeps what it has room for.
type received struct {
	names *exportedProcesses
	sink  front.Sink

	mu      sync.Mutex // held while it is opened, extended and closed
	tracing longTracing
	ending  chan struct{} // nil until there is a tracing
	ended   sync.WaitGroup
	events  atomic.Uint64
	lost    atomic.Uint64
}

// A longTracing goes on when sites are gone.
type longTracing interface {
	tracing
	Release(isGone func(uprobe.Site) bool) (wait func())
}

// begin receives in a goroutine of its own until detach: next receives one, and hands it on.
func (r *received) begin(
	t longTracing, next func() error, lost func() (uint64, error), failed func(error),
) {
	r.tracing, r.ending = t, make(chan struct{})
	r.ended.Go(func() {
		for {
			err := next()
			isIdle := errors.Is(err, os.ErrDeadlineExceeded)
			switch {
			case err == nil:
				r.events.Add(1)
				continue
			case !isIdle:
				failed(err)
				return
			}
			if n, err := lost(); err == nil {
				r.lost.Store(n)
			}
			select {
			case <-r.ending:
				return
			default:
			}
		}
	})
}

func (r *received) counted() (handedOn, lost uint64) { return r.events.Load(), r.lost.Load() }

func (r *received) release(isGone func(uprobe.Site) bool) (wait func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tracing == nil {
		return func() {}
	}
	return r.tracing.Release(isGone)
}

// detach detaches, and hands on what the buffer has.
func (r *received) detach() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tracing == nil {
		return nil
	}
	err := detachUndisturbed(r.tracing)
	close(r.ending)
	r.ended.Wait()
	return err
}

func (r *received) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.tracing == nil {
		return nil
	}
	return r.tracing.Close()
}
