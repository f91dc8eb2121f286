package httpprobe

import (
	"cmp"
	"net/http"
	"time"

	"github.com/go-usdt/usdt/instrument/internal/pair"
	"github.com/go-usdt/usdt/stapsdt"
)

var (
	client = stapsdt.MustProvider("http_client")

	clientStart = stapsdt.MustProbe5[uint64, string, string, string, string](client,
		"request_start", "id", "method", "host", "path", "trace_id").
		Describe("A request is about to be sent.")

	clientEnd = stapsdt.MustProbe5[uint64, int, int64, string, time.Duration](client,
		"request_end", "id", "status", "bytes", "error", "duration").
		Describe("The body of the response is read or closed, or there is no response.")
)

type transport struct{ base http.RoundTripper }

// Transport returns a RoundTripper that fires the probes of http_client for what base sends. If
// base is nil, that is [http.DefaultTransport].
func Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		base = http.DefaultTransport
	}
	return &transport{base}
}

// RoundTrip sends the request.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	isTraced := clientStart.Enabled() || clientEnd.Enabled() || phasesEnabled()
	if !isTraced || r.URL == nil { // which base refuses
		return t.base.RoundTrip(r)
	}
	return t.trace(r)
}

// CloseIdleConnections is for [http.Client.CloseIdleConnections].
func (t *transport) CloseIdleConnections() {
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

func (t *transport) trace(r *http.Request) (answer *http.Response, err error) {
	request := pair.Begin()
	method := cmp.Or(r.Method, http.MethodGet)
	clientStart.Fire(request.ID, method, r.URL.Host, r.URL.Path, traceID(r.Header))
	sent := r
	if phasesEnabled() {
		sent = r.WithContext(withPhases(r.Context(), request))
	}
	defer func() {
		if answer == nil || err != nil { // or base panics
			clientEnd.Fire(request.ID, 0, 0, pair.ErrorText(err), request.Duration())
		}
	}()
	answer, err = t.base.RoundTrip(sent)
	if err != nil || answer == nil {
		return answer, err
	}
	if answer.Request == sent {
		answer.Request = r
	}
	answer.Body = wrapBody(answer, request)
	return answer, nil
}
