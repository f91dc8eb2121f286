package command

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
	"github.com/go-usdt/usdt/stapsdt/stapsdthttp"
)

// An atProgram fires probes of a provider as long as the test runs.
type atProgram struct {
	url        string
	start      *stapsdt.Probe4[uint64, string, []byte, time.Duration]
	end        *stapsdt.Probe4[uint64, int64, float64, bool]
	mux        *http.ServeMux
	disconnect func()
}

// startAtProgram serves the probes of the provider with that name, loaded or not.
func startAtProgram(t *testing.T, name string) *atProgram {
	t.Helper()
	provider := stapsdt.MustProvider(name)
	a := &atProgram{
		start: stapsdt.MustProbe4[uint64, string, []byte, time.Duration](provider, "order_start",
			"id", "customer", "data", "deadline"),
		end: stapsdt.MustProbe4[uint64, int64, float64, bool](provider, "order_end",
			"id", "cents", "ratio", "ok"),
		mux: http.NewServeMux(),
	}
	a.start.Describe("An order comes.")
	a.mux.Handle("/debug/usdt/", stapsdthttp.Handler())
	server := httptest.NewServer(a.mux)
	a.url, a.disconnect = server.URL, server.CloseClientConnections
	t.Cleanup(func() {
		server.Close()
		if err := provider.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// fire fires orders, one each 100 µs or so, until the test ends. Order n costs n%7-3 cents.
func (a *atProgram) fire(t *testing.T) {
	stop := make(chan struct{})
	var firing sync.WaitGroup
	firing.Go(func() {
		for n := uint64(0); ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Microsecond):
			}
			customer := []string{"Ada", "Bob\x1b"}[n%2]
			a.start.Fire(n, customer, []byte("a\x00\xff"), 1500*time.Millisecond)
			a.end.Fire(n, int64(n%7)-3, 0.5, n%2 == 0) // #nosec G115 -- small
		}
	})
	t.Cleanup(func() {
		close(stop)
		firing.Wait()
	})
}

// usdt runs the command in this process.
func usdt(ctx context.Context, args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(ctx, args, &out, &errs)
	return status, out.String(), errs.String()
}

// awaitMatch runs the command, which reports now and then, until it has written all that is wanted.
// It returns all that was written.
func awaitMatch(t *testing.T, want []string, args ...string) string {
	t.Helper()
	out := awaitOutput(t, func(text string) bool {
		return !slices.ContainsFunc(want, func(s string) bool { return !strings.Contains(text, s) })
	}, args...)
	wantMatch(t, fmt.Sprintf("%q", args), out, want...)
	return out
}

// awaitOutput runs the command until what it has written is enough.
func awaitOutput(t *testing.T, isEnough func(text string) bool, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), testenv.Patience)
	defer cancel()
	out := &awaitWriter{isEnough: isEnough, found: cancel}
	var stderr bytes.Buffer
	status := run(ctx, append(args, "--interval", "100ms"), out, &stderr)
	if status != 0 {
		t.Errorf("%q: status %d, %s", args, status, stderr.String())
	}
	return out.text
}

// An awaitWriter calls found when it has enough.
type awaitWriter struct {
	text     string
	isEnough func(text string) bool
	found    func()
}

func (w *awaitWriter) Write(b []byte) (int, error) {
	w.text += string(b)
	if w.isEnough(w.text) {
		w.found()
	}
	return len(b), nil
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}

func wantMatch(t *testing.T, what, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%s has no %q:\n%s", what, w, got)
		}
	}
}
