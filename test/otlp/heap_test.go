package otlp

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/export/front"
)

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
