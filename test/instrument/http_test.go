//go:build linux && (amd64 || arm64)

package instrument

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-usdt/usdt/instrument/httpprobe"
)

// shop returns the address of a server with probes.
func shop(t *testing.T) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /carts/{cart}", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "four")
	})
	server := httptest.NewServer(httpprobe.Handler(mux))
	t.Cleanup(server.Close)
	return server.URL
}

// get asks for a page, by a new connection.
func get(t *testing.T, url string) {
	t.Helper()
	base := http.DefaultTransport.(*http.Transport).Clone()
	defer base.CloseIdleConnections()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
	answer, err := (&http.Client{Transport: httpprobe.Transport(base)}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, answer.Body)
	answer.Body.Close()
}

const took = `\d+(\.\d+)?(ns|µs|ms|s|m\d+.*s)`

func TestServer(t *testing.T) {
	trace(t, "http_server:*", func() {
		url := shop(t)
		get(t, url+"/carts/12?all")
		get(t, url+"/sofas")
	},
		`request_start id=\d+ method="GET" path="/carts/12" remote="127.0.0.1:\d+" `+
			`trace_id="4bf92f3577b34da6a3ce929d0e0e4736"`,
		`request_end id=\d+ status=200 bytes=4 route="GET /carts/{cart}" duration=`+took,
		`request_start id=\d+ method="GET" path="/sofas" .*`,
		`request_end id=\d+ status=404 bytes=19 route="" duration=`+took)
}

func TestClient(t *testing.T) {
	trace(t, "http_client:*", func() { get(t, shop(t)+"/carts/12") },
		`request_start id=\d+ method="GET" host="127.0.0.1:\d+" path="/carts/12" trace_id="4b.*36"`,
		`connect_start id=\d+ request=\d+ network="tcp" address="127.0.0.1:\d+"`,
		`connect_end id=\d+ request=\d+ error="" duration=`+took,
		`connection id=\d+ address="127.0.0.1:\d+" reused=false idle=0s`,
		`first_byte id=\d+ duration=`+took,
		`request_end id=\d+ status=200 bytes=4 error="" duration=`+took)
}

func TestHTTPLatency(t *testing.T) {
	url := shop(t)
	for _, pair := range []string{
		"http_server:request", "http_client:request", "http_client:connect",
	} {
		t.Run(pair, func(t *testing.T) {
			latency(t, pair, func() { get(t, url+"/carts/12") })
		})
	}
}
