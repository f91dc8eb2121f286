// Package prom serves what the exporter reads to Prometheus, and says how the exporter is.
//
// A scrape reads the kernel's totals when it comes, and nothing in between: there is no state here
// that could be old. Families are checked before they are served, because Prometheus drops a whole
// scrape for one wrong line.
package prom

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"

	"github.com/go-usdt/usdt/internal/export/front"
)

// Front serves by HTTP at Setup.Listen.
type Front struct{}

// What a client can take of the exporter. Prometheus needs one connection and some hundred bytes
// of headers.
const (
	maxConnections = 64
	maxHeaders     = 16 << 10
	maxBody        = 4 << 10
	headerTimeout  = 5 * time.Second
	idleTimeout    = 5 * time.Second // less than between two scrapes: idle ones shut nobody out
)

// Open listens, and serves until the sink is closed.
func (Front) Open(s front.Setup) (front.Sink, error) {
	listener, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return nil, fmt.Errorf("serve metrics: %w; choose another address with listen: or --listen", err)
	}
	server := &http.Server{
		Handler:           http.MaxBytesHandler(routes(s), maxBody),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       headerTimeout,
		WriteTimeout:      longestScrape + headerTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaders,
		ErrorLog:          slogLogger(s.Log),
	}
	go func() {
		err := server.Serve(netutil.LimitListener(listener, maxConnections))
		if !errors.Is(err, http.ErrServerClosed) {
			s.Log.Error("serving metrics ended", "error", err)
		}
	}()
	s.Log.Info("serving metrics", "url", "http://"+listener.Addr().String()+"/metrics")
	return sink{server}, nil
}

// sink takes no spans and no records: Prometheus has neither.
type sink struct{ server *http.Server }

func (sink) Span(front.Span)     {}
func (sink) Record(front.Record) {}

// Close lets requests that are being answered end, as far as the context lasts.
func (s sink) Close(ctx context.Context) error {
	if err := s.server.Shutdown(ctx); err != nil {
		return errors.Join(err, s.server.Close())
	}
	return nil
}
