package otlp

import (
	"context"
	"sync"
	"time"
)

// A queue holds what waits to be sent. Its memory is that of its room, and of one batch.
type queue[T any] struct {
	settings batching
	tally    *tally
	items    chan T

	mutex  sync.Mutex // from looking at closed to the end of what depends on it
	closed bool
}

// batching says how much waits, and how long.
type batching struct {
	room, size     int
	delay, timeout time.Duration // of the oldest before it is sent; of an export
}

func newQueue[T any](settings batching, t *tally) *queue[T] {
	return &queue[T]{settings: settings, tally: t, items: make(chan T, settings.room)}
}

// add puts an item into the queue, or counts it as lost. It does not wait.
func (q *queue[T]) add(item T) {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if !q.closed {
		select {
		case q.items <- item:
			return
		default:
		}
	}
	q.tally.lost.Add(1)
}

// close lets nothing more in. What waits is still sent.
func (q *queue[T]) close() {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.closed = true
	close(q.items)
}

// run exports batches until the queue is closed and empty.
func (q *queue[T]) run(ctx context.Context, export func(context.Context, []T) error,
	shutdown func(context.Context) error) {
	defer end(ctx, shutdown)
	batch := make([]T, 0, q.settings.size)
	timer := time.NewTimer(q.settings.delay)
	for open := true; open; {
		var item T
		select {
		case item, open = <-q.items:
			if open {
				batch = append(batch, item)
			}
			if open && len(batch) == 1 {
				timer.Reset(q.settings.delay)
			}
			if open && len(batch) < q.settings.size {
				continue
			}
		case <-timer.C:
		}
		q.send(ctx, batch, export)
		clear(batch) // or the texts would stay until others take their place
		batch = batch[:0]
	}
}

func (q *queue[T]) send(ctx context.Context, batch []T, export func(context.Context, []T) error) {
	if len(batch) == 0 {
		return
	}
	if ctx.Err() != nil { // Close has waited for as long as it may
		q.tally.lost.Add(uint64(len(batch)))
		return
	}
	ctx, cancel := context.WithTimeout(ctx, q.settings.timeout)
	defer cancel()
	err := persist(ctx, func() error { return export(ctx, batch) })
	q.tally.exported(len(batch), err)
}

// end shuts an exporter down. Everything was sent, so there is nothing to wait for.
func end(ctx context.Context, shutdown func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = shutdown(ctx) // closes connections: what fails here was of no use any more
}
