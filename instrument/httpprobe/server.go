package httpprobe

import (
	"fmt"
	"net/http"
	"time"

	"github.com/go-usdt/usdt/instrument/internal/callers"
	"github.com/go-usdt/usdt/instrument/internal/pair"
	"github.com/go-usdt/usdt/stapsdt"
)

var (
	server = stapsdt.MustProvider("http_server")

	serverStart = stapsdt.MustProbe5[uint64, string, string, string, string](server,
		"request_start", "id", "method", "path", "remote", "trace_id").
		Describe("A request has come.")

	serverEnd = stapsdt.MustProbe5[uint64, int, int64, string, time.Duration](server,
		"request_end", "id", "status", "bytes", "route", "duration").
		Describe("The handler has returned, or panicked.")

	serverPanic = stapsdt.MustProbe3[uint64, string, string](server,
		"panic", "id", "value", "stack").
		Describe("The handler panics.")
)

type handler struct{ next http.Handler }

// Handler returns a handler that fires the probes of http_server for what next serves. It panics if
// next is nil.
func Handler(next http.Handler) http.Handler {
	if next == nil {
		panic("httpprobe: Handler of a nil handler; for that of net/http give it http.DefaultServeMux")
	}
	return &handler{next}
}

// ServeHTTP passes the request on.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if serverStart.Enabled() || serverEnd.Enabled() || serverPanic.Enabled() {
		h.trace(w, r)
		return
	}
	h.next.ServeHTTP(w, r)
}

// trace hands on r itself, in which a mux leaves its pattern.
func (h *handler) trace(w http.ResponseWriter, r *http.Request) {
	response := &response{ResponseWriter: w}
	request := pair.Begin()
	serverStart.Fire(request.ID, r.Method, r.URL.Path, r.RemoteAddr, traceID(r.Header))
	returned := false
	defer func() {
		var value any
		if returned {
			response.send(http.StatusOK)
		} else {
			value = recover() // nil in a goroutine that exits
		}
		if value != nil && serverPanic.Enabled() {
			serverPanic.Fire(request.ID, fmt.Sprint(value), callers.OfPanic())
		}
		serverEnd.Fire(request.ID, response.status, response.bytes, r.Pattern, request.Duration())
		if value != nil {
			panic(value) // its stack is still there, and is what net/http logs
		}
	}()
	h.next.ServeHTTP(wrap(response), r)
	returned = true
}
