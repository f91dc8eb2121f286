package httpprobe

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// everything is a ResponseWriter with all optional interfaces. It notes what is called.
type everything struct {
	http.ResponseWriter
	called []string
	fails  error // of Hijack
}

var errFlush = errors.New("flush")

func (e *everything) note(call string) { e.called = append(e.called, call) }
func (e *everything) Flush()           { e.note("Flush") }
func (e *everything) FlushError() error {
	e.note("FlushError")
	return errFlush
}
func (e *everything) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	e.note("Hijack")
	return nil, nil, e.fails
}
func (e *everything) ReadFrom(source io.Reader) (int64, error) {
	e.note("ReadFrom")
	return io.Copy(e.ResponseWriter, source)
}
func (e *everything) Push(target string, _ *http.PushOptions) error {
	e.note("Push " + target)
	return nil
}
func (e *everything) CloseNotify() <-chan bool {
	e.note("CloseNotify")
	return nil
}

// TestCombinations: for each combination of optional interfaces, the wrapped writer has these and
// no others, and what is called there arrives.
func TestCombinations(t *testing.T) {
	for bits := range combinations {
		t.Run(fmt.Sprintf("%05b", bits), func(t *testing.T) {
			inner := &everything{ResponseWriter: httptest.NewRecorder()}
			server := wrappers[bits](&response{ResponseWriter: inner}) // a writer with these only
			if got := abilities(server); got != bits {
				t.Fatalf("a writer with the abilities %05b has %05b", bits, got)
			}
			sent := &response{ResponseWriter: server}
			w := wrap(sent)
			if got := abilities(w); got != bits {
				t.Fatalf("wrapped, it has %05b", got)
			}
			var want []string
			if bits&canPush != 0 {
				want = append(want, "Push /style.css")
				if err := w.(http.Pusher).Push("/style.css", nil); err != nil {
					t.Error(err)
				}
			}
			if bits&canCloseNotify != 0 {
				want = append(want, "CloseNotify")
				//lint:ignore SA1019 it is what is tested
				w.(http.CloseNotifier).CloseNotify()
			}
			if bits&canReadFrom != 0 {
				want = append(want, "ReadFrom")
			}
			n, err := io.Copy(w, io.LimitReader(strings.NewReader("four"), 4))
			if err != nil || n != 4 || sent.bytes != 4 || sent.status != http.StatusOK {
				t.Errorf("copied %d, %v, noted %d bytes, status %d", n, err, sent.bytes, sent.status)
			}
			if bits&canFlush != 0 {
				want = append(want, "FlushError", "FlushError")
				w.(http.Flusher).Flush()
				if err := http.NewResponseController(w).Flush(); !errors.Is(err, errFlush) {
					t.Errorf("flush: %v", err)
				}
			}
			if bits&canHijack != 0 {
				want = append(want, "Hijack")
				if _, _, err := w.(http.Hijacker).Hijack(); err != nil || !sent.hijacked {
					t.Errorf("hijack: %v, noted %v", err, sent.hijacked)
				}
			}
			if !reflect.DeepEqual(inner.called, want) {
				t.Errorf("called %q, want %q", inner.called, want)
			}
		})
	}
}

// TestHijackAgain: a connection that is taken over stays so when a handler asks for it again.
func TestHijackAgain(t *testing.T) {
	r := stapsdttest.Record(t, serverEnd)
	inner := &everything{ResponseWriter: httptest.NewRecorder()}
	Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, inner.fails = range []error{nil, http.ErrHijacked} {
			if _, _, err := w.(http.Hijacker).Hijack(); err != inner.fails {
				t.Errorf("got %v, want %v", err, inner.fails)
			}
		}
	})).ServeHTTP(inner, httptest.NewRequest(http.MethodGet, "/", nil))
	r.Want(ended(stapsdttest.Any, 0, 0, ""))
}

// outer is the writer of a handler that knows no optional interfaces.
type outer struct{ http.ResponseWriter }

func (o outer) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// TestHijackUnseen holds the package comment to what it says of such a writer.
func TestHijackUnseen(t *testing.T) {
	r := stapsdttest.Record(t, serverEnd)
	inner := &everything{ResponseWriter: httptest.NewRecorder()}
	Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, _, err := http.NewResponseController(w).Hijack(); err != nil {
			t.Error(err)
		}
	})).ServeHTTP(outer{inner}, httptest.NewRequest(http.MethodGet, "/", nil))
	if len(inner.called) != 1 {
		t.Errorf("called %q", inner.called)
	}
	r.Want(ended(stapsdttest.Any, 200, 0, ""))
}

// byController has the methods of a ResponseWriter that only http.ResponseController calls, which
// finds them by Unwrap.
var byController = map[string]func(*http.ResponseController) error{
	"SetReadDeadline": func(c *http.ResponseController) error {
		return c.SetReadDeadline(time.Time{})
	},
	"SetWriteDeadline": func(c *http.ResponseController) error {
		return c.SetWriteDeadline(time.Time{})
	},
	"EnableFullDuplex": (*http.ResponseController).EnableFullDuplex,
}

// TestServers: the writers of net/http keep all their methods, also those that a new release of Go
// may have.
func TestServers(t *testing.T) {
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			answer := serve(t, protocol, func(w http.ResponseWriter, r *http.Request) {
				if r.Proto != protocol {
					t.Errorf("the request came by %s", r.Proto)
				}
				wrapped := wrap(&response{ResponseWriter: w})
				has, needs := reflect.TypeOf(wrapped), reflect.TypeOf(w)
				for i := range needs.NumMethod() {
					name := needs.Method(i).Name
					if call := byController[name]; call != nil {
						if err := call(http.NewResponseController(wrapped)); err != nil {
							t.Errorf("%s: %v", name, err)
						}
					} else if _, ok := has.MethodByName(name); !ok {
						t.Errorf("%v has %s, wrapped it has not", needs, name)
					}
				}
				if abilities(wrapped) != abilities(w) {
					t.Errorf("%v has %05b, wrapped %05b", needs, abilities(w), abilities(wrapped))
				}
			})
			answer.Body.Close()
		})
	}
}

// serve has a server answer one request, with the handler as it is.
func serve(t *testing.T, protocol string, handle http.HandlerFunc) *http.Response {
	t.Helper()
	s := httptest.NewUnstartedServer(handle)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // some handlers make mistakes
	s.EnableHTTP2 = protocol == "HTTP/2.0"
	s.StartTLS()
	t.Cleanup(s.Close)
	answer, err := s.Client().Get(s.URL + "/a/b?c")
	if err != nil {
		t.Fatal(err)
	}
	return answer
}
