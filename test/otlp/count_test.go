package otlp

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/export/front"
)

// TestClose closes a sink while many goroutines hand over. Each item has been received, or is
// counted as one that was not.
func TestClose(t *testing.T) {
	const goroutines, each = 8, 20_000
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			r := newReceiver(t, protocol)
			r.start(t)
			s := open(t, everything)
			var firing sync.WaitGroup
			for range goroutines {
				firing.Go(func() {
					for range each {
						s.Span(front.Span{Resource: shop, Name: "order"})
						s.Record(front.Record{Resource: till, Event: "order"})
					}
				})
			}
			eventually(t, "some are sent", func() bool {
				return s.count(t, "sent", "traces") > 0 && s.count(t, "sent", "logs") > 0
			})
			s.close(t)
			firing.Wait()
			for signal, got := range map[string]int{"traces": r.traces.SpanCount(),
				"logs": r.logs.LogRecordCount()} {
				sent, failed, lost := s.counts(t, signal)
				if sent != got || sent+failed+lost != goroutines*each || failed != 0 {
					t.Errorf("%s: %d received; %d sent, %d failed, %d lost", signal, got, sent, failed,
						lost)
				}
			}
		})
	}
}

// TestCloseWithoutReceiver closes a sink that cannot send. It returns when its context ends.
func TestCloseWithoutReceiver(t *testing.T) {
	for _, protocol := range protocols {
		t.Run(protocol, func(t *testing.T) {
			newReceiver(t, protocol)
			s := open(t, everything)
			s.Span(front.Span{Name: "order"})
			s.Record(front.Record{Event: "order"})
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if err := s.Close(ctx); err == nil {
				t.Error("Close says that all was sent")
			}
			eventually(t, "all are counted", func() bool {
				for signal, n := range map[string]int{"traces": 1, "logs": 1, "metrics": 9} {
					sent, failed, lost := s.counts(t, signal)
					if sent != 0 || failed+lost != n {
						return false
					}
				}
				return true
			})
		})
	}
}
