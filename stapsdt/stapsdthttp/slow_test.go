package stapsdthttp

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
	"weak"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

// stall opens a stream of a server that nobody reads. It returns when the program listens.
func stall(t testing.TB, url, query string) (net.Conn, *http.Response) {
	t.Helper()
	address := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	fmt.Fprintf(connection, "GET /%s HTTP/1.1\r\nHost: %s\r\n\r\n", query, address)
	response, err := http.ReadResponse(bufio.NewReaderSize(connection, 16), nil)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatal(response, err)
	}
	return connection, response
}

// TestSlowReader: a client that does not read loses events, and is told how many.
func TestSlowReader(t *testing.T) {
	p := newProvider(t, "slow")
	probe := stapsdt.MustProbe2[int, string](p, "p", "n", "text")
	_, response := stall(t, newServer(t),
		"trace?probe=slow:p&seconds=600&buffer=65536&where=n+%21%3D+7")
	counter, err := stapsdt.Count("slow:p")
	if err != nil {
		t.Fatal(err)
	}
	defer counter.Close()
	const fires = 50_000
	text := strings.Repeat("x", 2000)
	for n := range fires {
		probe.Fire(n, text)
	}
	if got := counter.Counts()[0].Fires; got != fires {
		t.Fatalf("counted %d, fired %d", got, fires)
	}
	if err := p.Close(); err != nil { // nothing comes any more
		t.Fatal(err)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	var events, lost, before int
	before = -1
	for lines.Scan() {
		line := lines.Text()
		switch {
		case line == "": // of who shows that there is life
		case strings.HasPrefix(line, `{"lost":`):
			fmt.Sscanf(line, `{"lost":%d}`, &lost)
		default:
			var n int
			fmt.Sscanf(line[strings.Index(line, `"args":[`):], `"args":[%d,`, &n)
			if n <= before {
				t.Fatalf("%d after %d", n, before)
			}
			before = n
			events++
		}
		if events+lost >= fires-1 {
			break // but the one that does not satisfy the filter, unless it is lost
		}
	}
	t.Logf("%d events, %d lost", events, lost)
	if events == 0 || lost == 0 || events+lost < fires-1 || events+lost > fires {
		t.Errorf("%d events, %d lost, fired %d; %v", events, lost, fires, lines.Err())
	}
}

// TestStalledClients: a client that stays and does not read loses its place after a while.
func TestStalledClients(t *testing.T) {
	before := stallTime
	stallTime = 100 * time.Millisecond
	t.Cleanup(func() { stallTime = before }) // when the server has closed
	p := newProvider(t, "stalled")
	probe := stapsdt.MustProbe2[int, string](p, "p", "n", "text")
	server := httptest.NewUnstartedServer(Handler())
	server.Config.ConnContext = func(ctx context.Context, c net.Conn) context.Context {
		_ = c.(*net.TCPConn).SetWriteBuffer(4096) // is soon full
		return ctx
	}
	server.Start()
	t.Cleanup(server.Close)
	url := server.URL
	for _, query := range []string{
		"trace?probe=stalled:p&seconds=86400",
		"hist?probe=stalled:p&arg=n&interval=0.1&seconds=86400",
	} {
		stall(t, url, query)
		text := strings.Repeat("x", 4000)
		await(t, query+" ends", func() bool {
			for n := range 100 {
				probe.Fire(n*n*n, text)
			}
			return inUse() == 0
		})
	}
}

// TestGoneClients: clients that go away leave nothing behind.
func TestGoneClients(t *testing.T) {
	p := newProvider(t, "gone")
	start := stapsdt.MustProbe1[int](p, "start", "n")
	end := stapsdt.MustProbe1[int](p, "end", "n")
	server := httptest.NewServer(Handler())
	url := server.URL + "/"
	before := runtime.NumGoroutine()
	for range 3 {
		var streams []*stream
		for _, what := range []string{
			"trace?probe=gone:*", "trace?probe=gone:*&format=binary", "trace?probe=gone:*&where=n+>+5",
			"count?probe=gone:*", "count?probe=gone:*&by=n&interval=0.1", "hist?probe=gone:*&arg=n",
			"latency?start=gone:start&end=gone:end",
		} {
			streams = append(streams, openStream(t, url+what))
		}
		stalled, _ := stall(t, url, "trace?probe=gone:*")
		if !start.Heard() || inUse() != len(streams)+1 {
			t.Fatalf("heard %t, %d listeners", start.Heard(), inUse())
		}
		for n := range 1000 {
			start.Fire(n)
			end.Fire(n)
		}
		for _, s := range streams {
			s.cancel()
		}
		stalled.Close()
		http.DefaultClient.CloseIdleConnections()
		server.CloseClientConnections()
		await(t, "nobody hears the probes", func() bool { return !start.Heard() && !end.Heard() })
		await(t, "nobody has a place", func() bool { return inUse() == 0 })
		await(t, "all goroutines are gone", func() bool {
			http.DefaultClient.CloseIdleConnections()
			return runtime.NumGoroutine() <= before
		})
	}
	server.Close()
}

// TestShutdown: a server that shuts down need not wait for the time of an answer.
func TestShutdown(t *testing.T) {
	p := newProvider(t, "shutdown")
	probe := stapsdt.MustProbe1[int](p, "p")
	server := httptest.NewServer(Handler())
	defer server.Close()
	trace := openStream(t, server.URL+"/trace?probe=shutdown:p&seconds=86400")
	count := openStream(t, server.URL+"/count?probe=shutdown:p&seconds=86400")
	probe.Fire(1)
	trace.next(t)
	if err := server.Config.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := trace.rest(t)[0], `{"events":1,"lost":0,"end":"it shuts down"}`; got != want {
		t.Errorf("the last line is %s, want %s", got, want)
	}
	if lines := count.rest(t); len(lines) != 1 || !strings.Contains(lines[0], `"total":1`) {
		t.Errorf("the count is %q", lines)
	}
	// A request that comes here afterwards is answered at once, even if it is the server's first.
	first := httptest.NewServer(Handler())
	defer first.Close()
	if err := first.Config.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, server := range []*httptest.Server{server, first} {
		ctx := context.WithValue(t.Context(), http.ServerContextKey, server.Config)
		late := httptest.NewRequestWithContext(ctx, http.MethodGet,
			"http://localhost/count?probe=shutdown:p&seconds=86400", nil)
		w := httptest.NewRecorder()
		Handler().ServeHTTP(w, late)
		if lines := w.Body.String(); !strings.Contains(lines, `"total":0`) {
			t.Errorf("the late count is %q", lines)
		}
	}
}

// TestBaseContext: a server with a BaseContext is not asked whether it shuts down, and works.
func TestBaseContext(t *testing.T) {
	p := newProvider(t, "base")
	probe := stapsdt.MustProbe1[int](p, "p")
	server := httptest.NewUnstartedServer(Handler())
	calls := 0
	server.Config.BaseContext = func(net.Listener) context.Context {
		calls++
		return context.Background()
	}
	server.Start()
	defer server.Close()
	s := openStream(t, server.URL+"/trace?probe=base:p&seconds=86400")
	probe.Fire(1)
	s.next(t)
	if err := server.Config.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s.rest(t); calls != 1 {
		t.Errorf("BaseContext was called %d times", calls)
	}
}

// TestServersGo: a server that has ended, in whatever way, is not kept.
func TestServersGo(t *testing.T) {
	p := newProvider(t, "servers")
	stapsdt.MustProbe0(p, "p")
	known := func() int {
		shutdowns.Lock()
		defer shutdowns.Unlock()
		return len(shutdowns.contexts)
	}
	begun := func() *httptest.Server {
		server := httptest.NewServer(Handler())
		openStream(t, server.URL+"/trace?probe=servers:p&limit=1&seconds=86400").cancel()
		return server
	}
	stays := begun()
	defer stays.Close()
	before := known()
	for range 5 {
		if err := begun().Config.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		begun().Close()
	}
	await(t, "the servers are gone", func() bool {
		http.DefaultClient.CloseIdleConnections()
		runtime.GC()
		return known() <= before
	})
	shutdowns.Lock()
	defer shutdowns.Unlock()
	if shutdowns.contexts[weak.Make(stays.Config)] == nil {
		t.Error("a server that has not ended is forgotten")
	}
}

// TestServerTimeouts: what the server allows shorter answers does not end a stream.
func TestServerTimeouts(t *testing.T) {
	p := newProvider(t, "timeouts")
	probe := stapsdt.MustProbe1[int](p, "p")
	server := httptest.NewUnstartedServer(Handler())
	server.Config.ReadTimeout = 100 * time.Millisecond
	server.Config.WriteTimeout = 100 * time.Millisecond
	server.Start()
	defer server.Close()
	// On a slow machine the request may take longer than the server allows. It is sent again, until
	// there is an event: then the handler has taken the timeouts away.
	var s *stream
	for end := time.Now().Add(testenv.Patience); s == nil; {
		response, err := http.Get(server.URL + "/trace?probe=timeouts:p&limit=2")
		if time.Now().After(end) {
			t.Fatalf("no event in %v; %v, %v", testenv.Patience, response, err)
		}
		if err != nil {
			continue
		}
		defer response.Body.Close()
		probe.Fire(1)
		if lines := bufio.NewScanner(response.Body); lines.Scan() {
			s = &stream{lines, response, nil}
		}
	}
	over, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	<-over.Done() // the timeouts have passed
	probe.Fire(2)
	if lines := s.rest(t); len(lines) != 2 {
		t.Errorf("the rest is %q", lines)
	}
}
