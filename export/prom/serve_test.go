package prom

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/go-usdt/usdt/internal/export/front"
)

// A served is a front that a test opened.
type served struct {
	url  string
	log  *logged
	sink front.Sink
}

// serve opens the front on loopback, and closes it at the end of the test.
func serve(t *testing.T, s front.Setup) served {
	t.Helper()
	log := new(logged)
	s.Listen, s.Log = "127.0.0.1:0", slog.New(slog.NewTextHandler(log, nil))
	if s.Ready == nil {
		s.Ready = func() error { return nil }
	}
	sink, err := Front{}.Open(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		if err := sink.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	url := regexp.MustCompile(`url=(http://[^/]+)/metrics`).FindStringSubmatch(log.String())
	if url == nil {
		t.Fatalf("the log has no URL:\n%s", log)
	}
	return served{url[1], log, sink}
}

// serveFamilies serves families that never change.
func serveFamilies(t *testing.T, families ...front.Family) served {
	t.Helper()
	return serve(t, front.Setup{Collect: func(context.Context) ([]front.Family, error) {
		return families, nil
	}})
}

// get returns the answer to a request with the headers, which are KEY: VALUE.
func (s served) get(t *testing.T, path string, headers ...string) (int, string, http.Header) {
	t.Helper()
	return s.do(t, http.MethodGet, path, headers...)
}

func (s served) do(t *testing.T, method, path string, headers ...string,
) (int, string, http.Header) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range headers {
		key, value, _ := strings.Cut(h, ": ")
		r.Header.Set(key, value)
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Body.Close()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.StatusCode, string(body), w.Header
}

// logged is what was logged.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestReady(t *testing.T) {
	var ready error
	s := serve(t, front.Setup{Ready: func() error { return ready }})
	for _, tt := range []struct {
		err    error
		status int
		want   string
	}{
		{errors.New("no process with shop:order_start"), 503,
			"not ready: no process with shop:order_start\n"},
		{nil, 200, "ready\n"},
	} {
		ready = tt.err
		if status, body, _ := s.get(t, "/-/ready"); status != tt.status || body != tt.want {
			t.Errorf("%v: %d %q, want %d %q", tt.err, status, body, tt.status, tt.want)
		}
	}
	ready = errors.New("not ready")
	if status, body, _ := s.get(t, "/-/healthy"); status != 200 || body != "healthy\n" {
		t.Errorf("while not ready: %d %q", status, body)
	}
}

// TestRoutes asks for all that is served, and for what is not.
func TestRoutes(t *testing.T) {
	collect := func(context.Context) ([]front.Family, error) { return nil, nil }
	for _, tt := range []struct {
		profiles           bool
		method, path, want string
		status             int
	}{
		{false, "GET", "/", `<a href="metrics">`, 200},
		{false, "GET", "/", "usdt export v1.2.3&lt;", 200},
		{false, "GET", "/metrics", "go_goroutines ", 200},
		{false, "GET", "/metrics", "process_resident_memory_bytes ", 200},
		{false, "HEAD", "/metrics", "", 200},
		{false, "POST", "/metrics", "Method Not Allowed", 405},
		{false, "GET", "/nothing", "not found", 404},
		{false, "GET", "/debug/pprof/", "not found", 404},
		{true, "GET", "/debug/pprof/", "goroutine", 200},
		{true, "GET", "/debug/pprof/cmdline", "test", 200},
		{true, "GET", "/", "debug/pprof", 200},
	} {
		s := serve(t, front.Setup{Collect: collect, Profiles: tt.profiles, Version: "v1.2.3<"})
		status, body, _ := s.do(t, tt.method, tt.path)
		if status != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%s %s, profiles %t: %d, want %d with %q:\n%.200s", tt.method, tt.path, tt.profiles,
				status, tt.status, tt.want, body)
		}
	}
}

// TestRequestSize sends more than a scrape needs. The server may close the connection before all is
// sent, which then is the client's error.
func TestRequestSize(t *testing.T) {
	s := serveFamilies(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Long", strings.Repeat("x", 2*maxHeaders))
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return
	}
	defer w.Body.Close()
	if w.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("the status is %d", w.StatusCode)
	}
}

// TestIdle: clients that keep their connections, as many as there may be, shut nobody out.
func TestIdle(t *testing.T) {
	s := serveFamilies(t)
	for range maxConnections {
		client := http.Client{Transport: new(http.Transport)}
		t.Cleanup(client.CloseIdleConnections)
		w, err := client.Get(s.url + "/-/healthy")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, w.Body); err != nil { // the connection is idle then
			t.Error(err)
		}
		w.Body.Close()
	}
	scraper := http.Client{Timeout: 12 * idleTimeout}
	w, err := scraper.Get(s.url + "/-/healthy")
	if err != nil {
		t.Fatal(err)
	}
	w.Body.Close()
}

func TestAddressInUse(t *testing.T) {
	s := serveFamilies(t)
	_, err := Front{}.Open(front.Setup{Listen: strings.TrimPrefix(s.url, "http://")})
	if err == nil || !strings.Contains(err.Error(), "choose another address") {
		t.Errorf("the error is %v", err)
	}
}

// TestClose closes a front that serves no more then, and whose address is free.
func TestClose(t *testing.T) {
	s := serveFamilies(t)
	s.sink.Span(front.Span{})
	s.sink.Record(front.Record{})
	if err := s.sink.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := http.Get(s.url); err == nil {
		t.Error("a closed front answers")
	}
	if strings.Contains(s.log.String(), "ERROR") {
		t.Errorf("closing is logged as an error:\n%s", s.log)
	}
}
