package otlp

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/go-usdt/usdt/internal/export/front"
)

const (
	batch = 100
	room  = 1000
)

// small gives the queues little room, and has them wait for full batches only.
func small(t *testing.T) {
	for _, queue := range []string{"OTEL_BSP_", "OTEL_BLRP_"} {
		t.Setenv(queue+"MAX_EXPORT_BATCH_SIZE", fmt.Sprint(batch))
		t.Setenv(queue+"MAX_QUEUE_SIZE", fmt.Sprint(room))
		t.Setenv(queue+"SCHEDULE_DELAY", "600000")
	}
}

// A slow consumer takes nothing until it is let go.
type slow struct {
	consumer.Traces
	enter   sync.Once
	entered chan struct{}
	release chan struct{}
}

func newSlow(next consumer.Traces) *slow {
	return &slow{Traces: next, entered: make(chan struct{}), release: make(chan struct{})}
}

func (s *slow) ConsumeTraces(ctx context.Context, td ptrace.Traces) error {
	s.enter.Do(func() { close(s.entered) })
	<-s.release
	return s.Traces.ConsumeTraces(ctx, td)
}

// TestSlowReceiver has a receiver hold up a batch: then the queue fills, what comes later is lost,
// exactly, and all else arrives once the receiver goes on.
func TestSlowReceiver(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			r := newReceiver(t, protocol)
			small(t)
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "600000")
			t.Setenv("OTEL_BSP_EXPORT_TIMEOUT", "600000")
			slow := newSlow(&r.traces)
			r.next = slow
			r.start(t)
			s := open(t, front.OTLP{Traces: true})
			fire(s, 0, batch)
			<-slow.entered
			fire(s, batch, batch+room+300)
			if sent, failed, lost := s.counts(t, "traces"); sent != 0 || failed != 0 || lost != 300 {
				t.Errorf("%d sent, %d failed, %d lost", sent, failed, lost)
			}
			close(slow.release)
			s.close(t)
			if log := s.log.String(); strings.Count(log, "finds no room") != 1 {
				t.Errorf("the log has:\n%s", log)
			}
			if sent, failed, lost := s.counts(t, "traces"); sent != batch+room || failed != 0 ||
				lost != 300 {
				t.Errorf("%d sent, %d failed, %d lost in the end", sent, failed, lost)
			}
			found := spansOf(r.traces.AllTraces())
			for i := range batch + room {
				if name := fmt.Sprint("span ", i); found[name] == "" {
					t.Fatalf("there is no %s", name)
				}
			}
			if len(found) != batch+room {
				t.Errorf("%d spans have arrived", len(found))
			}
		})
	}
}

// fire hands over spans with numbers.
func fire(s *sink, from, to int) {
	for i := from; i < to; i++ {
		s.Span(front.Span{Resource: shop, Name: fmt.Sprint("span ", i), Start: moment, End: moment})
	}
}

// TestDownAndUp stops a receiver while spans and records come. They are lost and counted, nothing
// grows, and once the receiver is back, what comes arrives again.
func TestDownAndUp(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			r := newReceiver(t, protocol)
			small(t)
			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "300")
			t.Setenv("OTEL_BSP_EXPORT_TIMEOUT", "300")
			t.Setenv("OTEL_BLRP_EXPORT_TIMEOUT", "300")
			s := open(t, everything)
			for s.count(t, "failed", "traces") < 5*batch || s.count(t, "lost", "traces") < room ||
				s.count(t, "failed", "logs") < 5*batch || s.count(t, "lost", "logs") < room {
				s.Span(front.Span{Name: "early"})
				s.Record(front.Record{Event: "early"})
			}
			if log := s.log.String(); strings.Count(log, "level=WARN") != 2 ||
				strings.Count(log, "does not take everything") != 2 {
				t.Errorf("the log has:\n%s", log)
			}
			if n := s.count(t, "sent", "traces") + s.count(t, "sent", "logs"); n != 0 {
				t.Errorf("%d were sent to a receiver that is not there", n)
			}

			r.start(t)
			fired := 0
			eventually(t, "what comes later arrives", func() bool {
				s.Span(front.Span{Name: "late"})
				s.Record(front.Record{Event: "late"})
				fired++
				return s.count(t, "sent", "traces") >= 20*batch && s.count(t, "sent", "logs") >= 20*batch
			})
			s.close(t)
			got := map[string]int{"traces": r.traces.SpanCount(), "logs": r.logs.LogRecordCount()}
			for signal, received := range got {
				if sent := s.count(t, "sent", signal); received < sent {
					t.Errorf("%s: %d sent, and %d received", signal, sent, received)
				}
			}
			if log := s.log.String(); !strings.Contains(log, "takes everything again") {
				t.Errorf("the log has:\n%s", log)
			}
		})
	}
}
