package stapsdthttp

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/reading"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestAnnouncedBody: a request whose body never comes is answered, and takes no place.
func TestAnnouncedBody(t *testing.T) {
	p := newProvider(t, "bodies")
	stapsdt.MustProbe1[int](p, "p", "n")
	address := strings.TrimSuffix(strings.TrimPrefix(newServer(t), "http://"), "/")
	for _, header := range []string{
		"Content-Length: 10", "Transfer-Encoding: chunked", "Expect: 100-continue",
		"Content-Length: 1\r\nExpect: 100-continue",
	} {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		fmt.Fprintf(connection, "GET /trace?probe=bodies:p HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n",
			header)
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil || response.StatusCode != http.StatusBadRequest || inUse() != 0 {
			t.Errorf("%s: %v, %v, %d listeners", header, response, err, inUse())
		}
	}
}

// TestPipelined: a client that has sent more than the request, and goes away, loses its place.
func TestPipelined(t *testing.T) {
	before := lifeInterval
	lifeInterval = 10 * time.Millisecond
	t.Cleanup(func() { lifeInterval = before }) // when the server has closed
	p := newProvider(t, "pipelined")
	stapsdt.MustProbe1[int](p, "p", "n")
	url := newServer(t)
	for _, query := range []string{
		"count?probe=*:*&seconds=86400", "hist?probe=pipelined:p&arg=n&seconds=86400&interval=3600",
	} {
		connection, _ := stall(t, url, query)
		fmt.Fprint(connection, "G")
		connection.Close()
		await(t, query+" ends", func() bool { return inUse() == 0 })
	}
}

// TestEmptyLines: what shows that there is life is no part of the JSON.
func TestEmptyLines(t *testing.T) {
	before := lifeInterval
	lifeInterval = 10 * time.Millisecond
	t.Cleanup(func() { lifeInterval = before }) // when the server has closed
	p := newProvider(t, "empty")
	probe := stapsdt.MustProbe1[int](p, "p", "n")
	server := httptest.NewServer(Handler())
	t.Cleanup(server.Close)
	s := openStream(t, server.URL+"/hist?probe=empty:p&arg=n&seconds=86400")
	if got := s.next(t); got != "" {
		t.Errorf("the first line is %q", got)
	}
	probe.Fire(1)
	if err := server.Config.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := parse[reading.Hist](t, strings.Join(s.rest(t), "\n"))
	if len(r.Groups) != 1 || r.Groups[0].Count != 1 {
		t.Errorf("read %+v", r)
	}
}
