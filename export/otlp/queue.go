package otlp

import (
	"context"
	"sync"
	"time"
)

// share is how many bytes an item may have on average when the queue is full.
const share = 8 << 10

// A queue holds what waits to be sent. Its memory is bounded by its room, for items and for their
// bytes, and by one batch.
type queue[T any] struct {
	settings batching
	tally    *tally
	weigh    func(T) int // about how many bytes an item has, in memory and in a request
	items    chan T

	mutex  sync.Mutex
	closed bool
	weight int // of the items
}

// batching says how much waits, and how long.
type batching struct {
	room, size     int
	delay, timeout time.Duration // of the oldest before it is sent; of an export
}

func newQueue[T any](settings batching, t *tally, weigh func(T) int) *queue[T] {
	return &queue[T]{settings: settings, tally: t, weigh: weigh, items: make(chan T, settings.room)}
}

// add puts an item into the queue, or counts it as lost. It does not wait.
func (q *queue[T]) add(item T) {
	weight := q.weigh(item)
	q.mutex.Lock()
	defer q.mutex.Unlock()
	if !q.closed && q.weight+weight <= q.settings.room*share {
		select {
		case q.items <- item:
			q.weight += weight
			return
		default:
		}
	}
	q.tally.lost.Add(1)
}

// taken says that an item has left the queue, and returns its weight.
func (q *queue[T]) taken(item T) int {
	weight := q.weigh(item)
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.weight -= weight
	return weight
}

// close lets nothing more in. What waits is still sent.
func (q *queue[T]) close() {
	q.mutex.Lock()
	defer q.mutex.Unlock()
	q.closed = true
	close(q.items)
}

// run exports batches until the queue is closed and empty. A batch goes when it has as many items
// as it may have, or is as large as a request may be, or when its first item has waited.
func (q *queue[T]) run(ctx context.Context, export func(context.Context, []T) error,
	shutdown func(context.Context) error) {
	defer end(ctx, shutdown)
	batch, weight := make([]T, 0, q.settings.size), 0
	timer := time.NewTimer(q.settings.delay)
	for open := true; open; {
		var item T
		select {
		case item, open = <-q.items:
			if !open {
				break
			}
			if len(batch) == 0 {
				timer.Reset(q.settings.delay)
			}
			batch, weight = append(batch, item), weight+q.taken(item)
			if len(batch) < q.settings.size && weight < maxWeight {
				continue
			}
		case <-timer.C:
		}
		q.send(ctx, batch, export)
		clear(batch) // or the texts would stay until others take their place
		batch, weight = batch[:0], 0
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
