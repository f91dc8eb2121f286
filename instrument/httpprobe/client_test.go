package httpprobe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// newServer starts a server with TLS, without HTTP/2.
func newServer(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	return s
}

// get sends a request through the probes.
func get(t *testing.T, base http.RoundTripper, url string) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Traceparent", parent)
	answer, err := Transport(base).RoundTrip(request)
	if err == nil && answer.Request != request {
		t.Error("the response is to another request")
	}
	return answer, err
}

// TestClient: a request has all phases when its connection is new, and few when it is reused.
func TestClient(t *testing.T) {
	s := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "four")
	}))
	base := s.Client().Transport.(*http.Transport)
	address := s.Listener.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	url := "https://localhost:" + port + "/a?b"
	base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		address = strings.Replace(address, "localhost", "127.0.0.1", 1) // localhost may have others
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	base.TLSClientConfig.ServerName = "example.com" // as in the certificate
	r := stapsdttest.Record(t, client)
	for range 2 {
		answer, err := get(t, base, url)
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(answer.Body); string(text) != "four" {
			t.Errorf("read %q, %v", text, err)
		}
		answer.Body.Close()
	}
	id := firstID(t, r).(uint64)
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	took := stapsdttest.Any
	begun := func(id any) stapsdttest.Event {
		return stapsdttest.Fired(clientStart, id, "GET", "localhost:"+port, "/a", trace)
	}
	finished := func(id any) stapsdttest.Event {
		return stapsdttest.Fired(clientEnd, id, 200, 4, "", took)
	}
	r.Want(begun(id),
		stapsdttest.Fired(connectStart, id+1, id, "tcp", address),
		stapsdttest.Fired(connectEnd, id+1, id, "", took),
		stapsdttest.Fired(tlsStart, id+2, id),
		stapsdttest.Fired(tlsEnd, id+2, id, "TLS 1.3", "", took),
		stapsdttest.Fired(connection, id, address, false, 0),
		stapsdttest.Fired(firstByte, id, took),
		finished(id),
		begun(id+3),
		stapsdttest.Fired(connection, id+3, address, true, took),
		stapsdttest.Fired(firstByte, id+3, took),
		finished(id+3))
}

// TestLookup: a name without addresses is a phase that fails, and so does the request.
func TestLookup(t *testing.T) {
	unreachable := errors.New("no name server")
	resolver := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn,
		error) {
		return nil, unreachable
	}}
	base := &http.Transport{DialContext: (&net.Dialer{Resolver: resolver}).DialContext}
	r := stapsdttest.Record(t, dnsStart, dnsEnd, clientEnd)
	_, err := get(t, base, "http://shop.example/")
	if err == nil {
		t.Fatal("no error")
	}
	request := r.Events()[0].Args[1]
	r.Want(stapsdttest.Fired(dnsStart, firstID(t, r), request, "shop.example"),
		stapsdttest.Fired(dnsEnd, firstID(t, r), request, "", stapsdttest.Any, stapsdttest.Any),
		stapsdttest.Fired(clientEnd, request, 0, 0, err.Error(), stapsdttest.Any))
	if text := r.Events()[1].Args[3].(string); !strings.Contains(text, unreachable.Error()) {
		t.Errorf("the error is %q", text)
	}
}

// answering is a RoundTripper with one answer.
type answering struct {
	answer *http.Response
	err    error
}

func (a answering) RoundTrip(*http.Request) (*http.Response, error) { return a.answer, a.err }

// broken is a body that breaks off.
type broken struct{ io.Reader }

func (broken) Close() error { return errors.New("close") }

// TestEnds: each request has one end, whatever becomes of it.
func TestEnds(t *testing.T) {
	body := func(r io.Reader) *http.Response {
		return &http.Response{StatusCode: 200, Body: broken{r}}
	}
	lost := errors.New("lost")
	for _, test := range []struct {
		name   string
		base   answering
		status int
		bytes  int
		err    string
	}{
		{"error", answering{nil, lost}, 0, 0, "lost"},
		{"neither", answering{nil, nil}, 0, 0, ""},
		{"no body", answering{&http.Response{StatusCode: 204, Body: http.NoBody}, nil}, 204, 0, ""},
		{"read", answering{body(strings.NewReader("four")), nil}, 200, 4, ""},
		{"broken off", answering{body(io.MultiReader(strings.NewReader("four"), failing{lost})), nil},
			200, 4, "lost"},
		{"an error that wraps EOF", answering{body(failing{fmt.Errorf("lost: %w", io.EOF)}), nil},
			200, 0, "lost: EOF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := stapsdttest.Record(t, clientEnd)
			request := httptest.NewRequest(http.MethodGet, "http://shop.example/", nil)
			answer, err := Transport(test.base).RoundTrip(request)
			if answer != test.base.answer || err != test.base.err {
				t.Errorf("got %v, %v", answer, err)
			}
			if answer != nil {
				io.ReadAll(answer.Body)
				answer.Body.Close()
			}
			r.Want(stapsdttest.Fired(clientEnd, firstID(t, r), test.status, test.bytes, test.err,
				stapsdttest.Any))
		})
	}
	t.Run("panic", func(t *testing.T) {
		r := stapsdttest.Record(t, clientEnd)
		defer func() {
			if got := recover(); got != lost {
				t.Errorf("recovered %v, want %v", got, lost)
			}
			r.Want(stapsdttest.Fired(clientEnd, firstID(t, r), 0, 0, "", stapsdttest.Any))
		}()
		_, _ = Transport(panicking{lost}).RoundTrip(httptest.NewRequest("GET", "http://shop/", nil))
	})
	t.Run("closed", func(t *testing.T) {
		r := stapsdttest.Record(t, clientEnd)
		request := httptest.NewRequest(http.MethodGet, "http://shop.example/", nil)
		answer, _ := Transport(answering{body(strings.NewReader("four")), nil}).RoundTrip(request)
		answer.Body.Close()
		r.Want(stapsdttest.Fired(clientEnd, firstID(t, r), 200, 0, "close", stapsdttest.Any))
	})
}

type panicking struct{ value any }

func (p panicking) RoundTrip(*http.Request) (*http.Response, error) { panic(p.value) }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestUntracedClient: the request is sent as it is, and nothing is allocated.
func TestUntracedClient(t *testing.T) {
	answer := &http.Response{Body: http.NoBody}
	rt := Transport(answering{answer, nil})
	request := httptest.NewRequest(http.MethodGet, "http://shop.example/", nil)
	allocations := testing.AllocsPerRun(100, func() {
		if got, err := rt.RoundTrip(request); got != answer || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
	})
	if allocations != 0 {
		t.Errorf("%v allocations", allocations)
	}
}

// TestNoURL: net/http says what is wrong with a request, traced or not.
func TestNoURL(t *testing.T) {
	r := stapsdttest.Record(t, client)
	if _, err := Transport(nil).RoundTrip(new(http.Request)); err == nil {
		t.Error("no error")
	}
	r.Want()
}

type idle struct {
	answering
	closed *time.Time
}

func (i idle) CloseIdleConnections() { *i.closed = time.Now() }

func TestCloseIdleConnections(t *testing.T) {
	var closed time.Time
	(&http.Client{Transport: Transport(idle{closed: &closed})}).CloseIdleConnections()
	if closed.IsZero() {
		t.Error("the other transport was not asked")
	}
	(&http.Client{Transport: Transport(answering{})}).CloseIdleConnections()
}
