package otlp

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"

	"github.com/go-usdt/usdt/internal/export/front"
)

// A periodic exports the totals of now, in rounds. A round that fails loses nothing for good: the
// next one has the same totals, and what has come since.
type periodic struct {
	exporter  sdkmetric.Exporter
	collect   func(context.Context) ([]front.Family, error)
	own       func() []front.Family
	resources resources
	scope     instrumentation.Scope
	settings  rounds
	tally     *tally
	log       *slog.Logger

	next       int  // the request of a round that is sent first, modulo their number
	incomplete bool // the last reading failed, which the log has
}

// run exports a round in each interval, and a last one when it is closed.
func (p *periodic) run(ctx context.Context, closing <-chan struct{}) {
	defer end(ctx, p.exporter.Shutdown)
	ticker := time.NewTicker(p.settings.interval)
	defer ticker.Stop()
	for open := true; open; {
		select {
		case <-ticker.C:
		case <-closing:
			open = false
		}
		p.round(ctx)
	}
}

// round sends one request after the other. They begin with another one each time that time has run
// out, so that a slow receiver still gets all of them in some rounds.
func (p *periodic) round(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, p.settings.timeout)
	defer cancel()
	families, err := p.collect(ctx)
	p.tell(err)
	p.resources.forget()
	c := converter{p.resources, p.scope, p.settings, time.Now()}
	requests := c.requests(slices.Concat(families, p.own()))
	first := p.next
	for i := range requests {
		at := (first + i) % len(requests)
		r := requests[at]
		if ctx.Err() != nil {
			p.tally.exported(r.points, ctx.Err())
			continue
		}
		err := persist(ctx, func() error { return p.exporter.Export(ctx, r.metrics) })
		p.tally.exported(r.points, err)
		p.next = at + 1
	}
}

func (p *periodic) tell(err error) {
	if err != nil && !p.incomplete {
		p.log.Warn("not all metrics could be read to send them by OTLP", "err", err)
	}
	p.incomplete = err != nil
}
