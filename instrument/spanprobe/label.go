package spanprobe

import (
	"context"
	"runtime/pprof"
)

// WithLabels labels goroutines for profiles: while a span is traced, samples of the goroutine that
// has started it, and of those that this one starts, have the label "span" with the span's name. So
//
//	go tool pprof -tagfocus span=pay
//
// shows what costs time in a span. A span must then end in the goroutine in which it has begun, and
// before the span around it: with its end the goroutine has the labels of the context that the span
// was started with, as after [pprof.Do]. It costs some allocations for each traced span.
func WithLabels() Option {
	return func(t *Tracer) {
		t.label = func(ctx context.Context, name string) context.Context {
			labeled := pprof.WithLabels(ctx, pprof.Labels("span", name))
			pprof.SetGoroutineLabels(labeled)
			return labeled
		}
		t.unlabel = pprof.SetGoroutineLabels
	}
}
