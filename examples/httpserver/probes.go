package main

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	provider = stapsdt.MustProvider("httpserver")

	requestStart = stapsdt.MustProbe3[uint64, string, string](provider,
		"request_start", "id", "method", "path").Describe("A request has come.")

	requestEnd = stapsdt.MustProbe4[uint64, string, int, time.Duration](provider,
		"request_end", "id", "route", "status", "duration").Describe("A request is answered.")
)

var lastRequest atomic.Uint64

// traced returns a handler that fires the probes of each request. In a program of your own, the
// package instrument/httpprobe does it, and more.
func traced(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// While nobody traces, a request costs a comparison for each probe. One that was there before
		// the tracer has no start, and therefore gets no end.
		if !provider.Enabled() {
			next.ServeHTTP(w, r)
			return
		}
		id := lastRequest.Add(1)
		requestStart.Fire(id, r.Method, r.URL.Path)
		began := time.Now()
		answer := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		// A request of which the handler panics has an end, too. The mux has set the pattern of the
		// route then. Unlike paths, there are few patterns.
		defer func() {
			requestEnd.Fire(id, r.Pattern, answer.status, time.Since(began))
		}()
		next.ServeHTTP(answer, r)
	})
}

// A statusWriter remembers the status of the answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}
