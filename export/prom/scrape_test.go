package prom

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/export/front"
)

// TestCollectFails has the totals fail to be read: a scrape without them must fail, or Prometheus
// would take it that there are none.
func TestCollectFails(t *testing.T) {
	s := serve(t, front.Setup{Collect: func(context.Context) ([]front.Family, error) {
		return nil, errors.New("read map: operation not permitted")
	}})
	for range 3 {
		status, body, _ := s.get(t, "/metrics")
		if want := "read totals: read map: operation not permitted\n"; status != 503 || body != want {
			t.Errorf("%d %q, want 503 %q", status, body, want)
		}
	}
	if n := strings.Count(s.log.String(), "operation not permitted"); n != 1 {
		t.Errorf("the error was logged %d times, want once:\n%s", n, s.log)
	}
}

// TestCollectHangs reads totals that do not come, although the client has gone: a scrape ends in
// time, those that read at a time are few, and all goes on once the totals come.
func TestCollectHangs(t *testing.T) {
	hang, reading := make(chan bool), make(chan bool, maxScrapes)
	s := serve(t, front.Setup{Collect: func(context.Context) ([]front.Family, error) {
		reading <- true
		<-hang
		return nil, nil
	}})
	for range maxScrapes {
		status, body, _ := s.get(t, "/metrics", "X-Prometheus-Scrape-Timeout-Seconds: 0.01")
		if status != 503 || !strings.Contains(body, "deadline exceeded") {
			t.Errorf("%d %q", status, body)
		}
		<-reading
	}
	if status, body, _ := s.get(t, "/metrics"); status != 503 || !strings.Contains(body, "too many") {
		t.Errorf("one more: %d %q", status, body)
	}
	close(hang)
	for deadline := time.Now().Add(time.Minute); ; { // until a place is free
		if status, _, _ := s.get(t, "/metrics"); status == 200 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("after the totals have come, the status is %d", status)
		}
	}
}

func TestPatience(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"": longestScrape, "10": 9 * time.Second, "0.5": 450 * time.Millisecond,
		"1e9": longestScrape, "NaN": longestScrape, "-1": longestScrape, "0": longestScrape,
		"Inf": longestScrape, "x": longestScrape,
	} {
		r := &http.Request{Header: http.Header{"X-Prometheus-Scrape-Timeout-Seconds": {header}}}
		if got := patience(r); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}
