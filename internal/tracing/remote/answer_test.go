package remote

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/internal/wire"
)

// newTestClient returns a client, with little patience, of a server that begins each answer with a
// text, and ends it when the client has gone.
func newTestClient(t *testing.T, status int, mediaType, text string) *Client {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(server.Close)
	c, err := New(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	c.patience = 50 * time.Millisecond
	return c
}

// TestSilence: no request waits without end for the beginning of an answer.
func TestSilence(t *testing.T) {
	var e wire.Encoder
	header := string(e.AppendHeader(nil, wire.Header{PID: 1, Command: "shop"}))
	for name, test := range map[string]struct {
		mediaType, text string
		ask             func(context.Context, *Client) error
	}{
		"probes": {"application/json", "[", func(ctx context.Context, c *Client) error {
			_, err := c.Probes(ctx)
			return err
		}},
		"trace": {wire.ContentType, header, func(ctx context.Context, c *Client) error {
			_, err := c.Trace(ctx, Request{})
			return err
		}},
		"count": {"application/x-ndjson", "\n", func(ctx context.Context, c *Client) error {
			readings, err := c.Count(ctx, TallyRequest{})
			if err != nil {
				return err
			}
			defer readings.Close()
			_, err = readings.Next()
			return err
		}},
	} {
		c := newTestClient(t, http.StatusOK, test.mediaType, test.text)
		err := test.ask(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), c.String()+" has begun to answer, and does") {
			t.Errorf("%s: %v", name, err)
		}
		c = newTestClient(t, http.StatusForbidden, "text/plain", "")
		if err := test.ask(t.Context(), c); err == nil || !strings.Contains(err.Error(), "403") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPatience: after the beginning, silence is no mistake.
func TestPatience(t *testing.T) {
	c := newTestClient(t, http.StatusOK, "application/x-ndjson", "{}\n")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	readings := countPatiently(t, ctx, c)
	over := time.AfterFunc(2*c.patience, cancel)
	defer over.Stop()
	if _, err := readings.Next(); err != io.EOF || ctx.Err() == nil {
		t.Errorf("%v", err)
	}
}

// countPatiently counts, and reads the line that is there. On a loaded machine this takes a while:
// the client has more and more patience, until it is enough.
func countPatiently(t *testing.T, ctx context.Context, c *Client) *Readings[reading.Count] {
	t.Helper()
	for ; ; c.patience *= 4 {
		readings, err := c.Count(ctx, TallyRequest{})
		if err == nil {
			t.Cleanup(func() { readings.Close() })
			if _, err = readings.Next(); err == nil {
				return readings
			}
		}
		if c.patience > time.Minute {
			t.Fatal(err)
		}
	}
}
