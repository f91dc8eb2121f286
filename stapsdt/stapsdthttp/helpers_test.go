package stapsdthttp

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

// newProvider returns a provider whose probes nobody else hears.
func newProvider(t testing.TB, name string) *stapsdt.Provider {
	t.Helper()
	p := stapsdt.MustProvider(name)
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// newServer returns the address of a server with the handler, with a slash at its end.
func newServer(t testing.TB) string {
	t.Helper()
	server := httptest.NewServer(Handler())
	t.Cleanup(server.Close)
	return server.URL + "/"
}

// stream is an answer that is read line by line.
type stream struct {
	*bufio.Scanner
	response *http.Response
	cancel   func() // as a client that goes away
}

// openStream returns when the header has come, so the program listens.
func openStream(t testing.TB, url string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		response.Body.Close()
	})
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		t.Fatalf("%s: %s: %s", url, response.Status, text)
	}
	scanner := bufio.NewScanner(response.Body)
	scanner.Buffer(nil, 1<<20)
	return &stream{scanner, response, cancel}
}

// next returns the next line.
func (s *stream) next(t testing.TB) string {
	t.Helper()
	if !s.Scan() {
		t.Fatalf("the stream is over: %v", s.Err())
	}
	return s.Text()
}

// rest returns all lines until the end.
func (s *stream) rest(t testing.TB) (lines []string) {
	t.Helper()
	for s.Scan() {
		lines = append(lines, s.Text())
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// get returns what a request is answered with.
func get(t testing.TB, url string, header ...string) (*http.Response, string) {
	t.Helper()
	return do(t, http.MethodGet, url, "", header...)
}

// do sends a request. header has names and values.
func do(t testing.TB, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			request.Host = header[i+1]
		}
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(text)
}

// parse parses JSON strictly.
func parse[T any](t testing.TB, text string) (v T) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return v
}

// await waits for a condition that comes true by itself.
func await(t testing.TB, what string, isTrue func() bool) {
	t.Helper()
	for end := time.Now().Add(testenv.Patience); !isTrue(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
	}
}

// inUse returns how many listeners requests have.
func inUse() int {
	taken.Lock()
	defer taken.Unlock()
	return taken.listeners
}
