package otlp

import (
	"context"
	"sync"
	"time"
)

// A group is workers that end together.
type group struct {
	sync.WaitGroup
	context context.Context // of all that they do
	cancel  context.CancelFunc
}

func newGroup() *group {
	g := new(group)
	g.context, g.cancel = context.WithCancel(context.Background())
	return g
}

// wait waits for the end of the workers. When the context ends first, so does that of the workers.
func (g *group) wait(ctx context.Context) error {
	ended := make(chan struct{})
	go func() {
		g.Wait()
		close(ended)
	}()
	defer g.cancel()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// beforeEnd returns a context that ends when two thirds of the time of another one are over.
func beforeEnd(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, end.Add(-time.Until(end)/3))
}
