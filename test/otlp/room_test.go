package otlp

import (
	"context"
	"fmt"
	"runtime"
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

// TestHeap fills a queue of the usual size over and over while the receiver is down, and holds the
// memory that is in use then.
func TestHeap(t *testing.T) {
	const most = 4 << 20
	newReceiver(t, "http/protobuf")
	t.Setenv("OTEL_BSP_EXPORT_TIMEOUT", "600000")
	t.Setenv("OTEL_BLRP_EXPORT_TIMEOUT", "600000")
	s := open(t, front.OTLP{Traces: true, Logs: true})
	before := heap()
	const fired = 300_000
	for i := range fired {
		attributes := []front.Attribute{{Key: "customer", Value: fmt.Sprintf("customer %032d", i)}}
		s.Span(front.Span{Resource: shop, Name: "order", Attributes: attributes})
		s.Record(front.Record{Resource: shop, Event: "order", Attributes: attributes})
	}
	grown := int64(heap()) - int64(before)
	t.Logf("%d spans and records: %d KiB more", fired, grown>>10)
	if grown > most {
		t.Errorf("the heap has grown by %d bytes", grown)
	}
	for _, signal := range []string{"traces", "logs"} {
		// The default is room for 2,048 and batches of 512.
		if lost := s.count(t, "lost", signal); lost < fired-2048-512 || lost > fired-2048 {
			t.Errorf("%s: %d lost of %d", signal, lost, fired)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Close(ctx); err == nil {
		t.Error("Close says that all was sent")
	}
	eventually(t, "all are counted", func() bool {
		sent, failed, lost := s.counts(t, "traces")
		return sent == 0 && failed+lost == fired
	})
}

// TestLargeRecords sends records that are so large that a batch of them would be more than a
// receiver takes in one request, and then has them wait for a receiver that is not there.
func TestLargeRecords(t *testing.T) {
	const size, fits = 32 << 10, 500 // 16 MB, what a queue for 2,048 records holds
	large := front.Record{Event: "order", Body: strings.Repeat("x", size)}
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			r := newReceiver(t, protocol)
			r.start(t)
			s := open(t, front.OTLP{Logs: true})
			for range fits {
				s.Record(large)
			}
			s.close(t)
			sent, failed, lost := s.counts(t, "logs")
			if got := r.logs.LogRecordCount(); got != fits || sent != fits || failed+lost != 0 {
				t.Errorf("%d received, %d sent, %d failed, %d lost", got, sent, failed, lost)
			}
			r.stop(t)

			t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "600000")
			t.Setenv("OTEL_BLRP_EXPORT_TIMEOUT", "600000")
			s = open(t, front.OTLP{Logs: true})
			for range 2 * fits {
				s.Record(large)
			}
			// One request is on its way besides.
			if _, _, lost = s.counts(t, "logs"); lost < fits-100 {
				t.Errorf("only %d are lost: the queue holds more than it should", lost)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_ = s.Close(ctx)
		})
	}
}

func heap() uint64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
