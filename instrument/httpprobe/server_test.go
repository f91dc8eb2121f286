package httpprobe

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

// ended returns the event at the end of a request that is served.
func ended(id any, status, bytes int, route string) stapsdttest.Event {
	return stapsdttest.Fired(serverEnd, id, status, bytes, route, stapsdttest.Any)
}

// firstID returns the id of the first event.
func firstID(t *testing.T, r *stapsdttest.Recorder) any {
	t.Helper()
	events := r.Events()
	if len(events) == 0 {
		t.Fatal("nothing was fired")
	}
	return events[0].Args[0]
}

// TestResponses: status and bytes are those that were sent, however the handler has sent them.
func TestResponses(t *testing.T) {
	for _, test := range []struct {
		name   string
		handle http.HandlerFunc
		status int
		bytes  int
	}{
		{"nothing", func(http.ResponseWriter, *http.Request) {}, 200, 0},
		{"bytes", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("four")) }, 200, 4},
		{"text", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "four") }, 200, 4},
		{"status", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", 404) }, 404, 3},
		{"two statuses", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(201)
			w.WriteHeader(500)
		}, 201, 0},
		{"early hints", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(202)
		}, 202, 0},
		{"flush", func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			w.WriteHeader(500)
		}, 200, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := stapsdttest.Record(t, server)
			answer := serve(t, "HTTP/1.1", Handler(test.handle).ServeHTTP)
			text, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil || answer.StatusCode != test.status || len(text) != test.bytes {
				t.Errorf("answered %d with %q, %v", answer.StatusCode, text, err)
			}
			r.Wait(2)
			id := firstID(t, r)
			r.Want(stapsdttest.Fired(serverStart, id, "GET", "/a/b", stapsdttest.Any, ""),
				ended(id, test.status, test.bytes, ""))
		})
	}
}

// TestRoute: a mux inside or outside tells its pattern; each request has an id of its own.
func TestRoute(t *testing.T) {
	nothing := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	inside, outside := http.NewServeMux(), http.NewServeMux()
	inside.Handle("GET /carts/{cart}", nothing)
	outside.Handle("/", Handler(nothing))
	r := stapsdttest.Record(t, serverEnd)
	for _, h := range []http.Handler{Handler(inside), outside} {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/carts/12", nil))
	}
	first := firstID(t, r).(uint64)
	r.Want(ended(first, 200, 0, "GET /carts/{cart}"), ended(first+1, 200, 0, "/"))
}

// TestPanic: a panic is reported, and goes on with the same value.
func TestPanic(t *testing.T) {
	for _, test := range []struct {
		name   string
		value  any
		text   string
		before func(http.ResponseWriter)
		status int
	}{
		{"early", "lost", "lost", func(http.ResponseWriter) {}, 0},
		{"late", errors.New("lost"), "lost", func(w http.ResponseWriter) { w.WriteHeader(202) }, 202},
		{"no status", "lost", "lost", func(w http.ResponseWriter) {
			defer func() { recover() }()
			w.WriteHeader(1000) // panics
		}, 0},
		{"abort", http.ErrAbortHandler, "net/http: abort Handler", func(http.ResponseWriter) {}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := stapsdttest.Record(t, server)
			defer func() {
				if got := recover(); got != test.value {
					t.Errorf("recovered %v, want %v", got, test.value)
				}
				id := firstID(t, r)
				r.Want(stapsdttest.Fired(serverStart, id, "GET", "/", stapsdttest.Any, ""),
					stapsdttest.Fired(serverPanic, id, test.text, stapsdttest.Any),
					ended(id, test.status, 0, ""))
				if stack := r.Events()[1].Args[2].(string); !strings.HasPrefix(stack, "httpprobe.fail:") {
					t.Errorf("the stack does not begin with who panics: %s", stack)
				}
			}()
			Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				test.before(w)
				fail(test.value)
			})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
		})
	}
}

//go:noinline
func fail(value any) { panic(value) }

// TestGoexit: a goroutine that exits in a handler is no panic.
func TestGoexit(t *testing.T) {
	r := stapsdttest.Record(t, server)
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { runtime.Goexit() })).
			ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}()
	<-exited
	id := firstID(t, r)
	r.Want(stapsdttest.Fired(serverStart, id, "GET", "/", stapsdttest.Any, ""), ended(id, 0, 0, ""))
}

// TestDuration: the duration is at least the handler's, which is a condition of the clock only.
func TestDuration(t *testing.T) {
	r := stapsdttest.Record(t, serverEnd)
	var took time.Duration
	Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		began := time.Now()
		for took == 0 {
			took = time.Since(began)
		}
	})).ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	if got := r.Events()[0].Args[4].(time.Duration); got < took {
		t.Errorf("got %v, the handler took %v", got, took)
	}
}

// TestUntraced: the handler gets the writer of the server itself, and nothing is allocated.
func TestUntraced(t *testing.T) {
	answer := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	h := Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if w != answer {
			t.Error("the writer is another")
		}
	}))
	if got := testing.AllocsPerRun(100, func() { h.ServeHTTP(answer, request) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func TestNilHandler(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Handler(nil) does not panic")
		}
	}()
	Handler(nil)
}
