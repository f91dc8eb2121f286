package otlp

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/go-usdt/usdt/internal/export/front"
)

// A stuck exporter never gets a request of some processes through.
type stuck struct {
	sdkmetric.Exporter // has what is not called
	stuck              map[int64]bool
	sent               map[int64]int
}

func (s stuck) Export(ctx context.Context, rm *metricdata.ResourceMetrics) error {
	pid, _ := rm.Resource.Set().Value("process.pid")
	if s.stuck[pid.AsInt64()] {
		<-ctx.Done()
		return ctx.Err()
	}
	s.sent[pid.AsInt64()]++
	return nil
}

// TestRounds has one request take all the time of a round. Those behind it still get their turn.
func TestRounds(t *testing.T) {
	const processes = 5
	f := front.Family{Name: "orders"}
	for pid := range int64(processes) {
		f.Points = append(f.Points, front.Point{Resource: &front.Resource{
			Attributes: []front.Attribute{{Key: "process.pid", Value: pid}}}})
	}
	e := stuck{stuck: map[int64]bool{1: true}, sent: make(map[int64]int)}
	r, err := newResources(t.Context(), "v1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	p := &periodic{exporter: e, resources: r.copy(), settings: rounds{timeout: time.Millisecond},
		own: func() []front.Family { return nil }, log: slog.New(slog.NewTextHandler(&log, nil)),
		tally: &tally{signal: metrics, log: slog.New(slog.DiscardHandler)},
		collect: func(context.Context) ([]front.Family, error) {
			return []front.Family{f}, errors.New("a file has vanished")
		}}
	total := uint64(0)
	// A machine that is slow may not even send one in a round.
	for end := time.Now().Add(5 * time.Minute); len(e.sent) < processes-1; total += processes {
		if time.Now().After(end) {
			t.Fatalf("after five minutes: %v", e.sent)
		}
		p.round(t.Context())
	}
	if p.tally.sent.Load()+p.tally.failed.Load() != total || p.tally.failed.Load() == 0 {
		t.Errorf("%d sent and %d failed, of %d", p.tally.sent.Load(), p.tally.failed.Load(), total)
	}
	if n := strings.Count(log.String(), "a file has vanished"); n != 1 {
		t.Errorf("the log says %d times why not all was read", n)
	}
}
