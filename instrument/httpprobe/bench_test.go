package httpprobe

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// discard is a ResponseWriter that keeps nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkHandler compares a handler that does next to nothing with and without the probes, and
// with a counter that hears them.
func BenchmarkHandler(b *testing.B) {
	text := []byte("four")
	bare := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(text) })
	request := httptest.NewRequest(http.MethodGet, "/carts/12", nil)
	compare(b, "http_server:*", bare.ServeHTTP, Handler(bare).ServeHTTP,
		func(serve func(http.ResponseWriter, *http.Request)) { serve(discard{}, request) })
}

// BenchmarkTransport does the same with a transport that sends nothing.
func BenchmarkTransport(b *testing.B) {
	bare := answering{&http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody}, nil}
	request := httptest.NewRequest(http.MethodGet, "http://shop.example/carts/12", nil)
	compare(b, "http_client:request_*", bare.RoundTrip, Transport(bare).RoundTrip,
		func(send func(*http.Request) (*http.Response, error)) { _, _ = send(request) })
}

func compare[F any](b *testing.B, probes string, bare, probed F, call func(F)) {
	b.Run("bare", func(b *testing.B) { measure(b, bare, call) })
	b.Run("untraced", func(b *testing.B) { measure(b, probed, call) })
	b.Run("heard", func(b *testing.B) {
		counter, err := stapsdt.Count(probes)
		if err != nil {
			b.Fatal(err)
		}
		defer counter.Close()
		measure(b, probed, call)
	})
}

func measure[F any](b *testing.B, f F, call func(F)) {
	b.ReportAllocs()
	for b.Loop() {
		call(f)
	}
}
