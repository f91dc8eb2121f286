package prom

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// told logs each error once, and not anew with each scrape. The counter
// promhttp_metric_handler_errors_total goes on.
type told struct {
	log  *slog.Logger
	mu   sync.Mutex
	keys map[string]bool
}

// maxTold bounds what is remembered, and so what is logged.
const maxTold = 1000

// Println is for promhttp, whose last argument is what went wrong.
func (t *told) Println(v ...any) {
	err, ok := v[len(v)-1].(error)
	if !ok {
		err = errors.New(strings.TrimSpace(fmt.Sprintln(v...)))
	}
	var several prometheus.MultiError
	if !errors.As(err, &several) {
		several = prometheus.MultiError{err}
	}
	for _, err := range several {
		t.error("some metrics are not served", err)
	}
}

// error logs the error, unless the same was logged before.
func (t *told) error(message string, err error) {
	// The registry's errors have the metric in braces, with a value that changes.
	key, _, _ := strings.Cut(err.Error(), "{")
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.keys[key] || len(t.keys) >= maxTold {
		return
	}
	if t.keys == nil {
		t.keys = make(map[string]bool)
	}
	t.keys[key] = true
	t.log.Error(message, "error", err)
}
