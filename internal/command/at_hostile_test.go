package command

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/go-usdt/usdt/internal/wire"
)

// TestAtNoProbes: a server lists probes, and its streams have none.
func TestAtNoProbes(t *testing.T) {
	var e wire.Encoder
	stream := string(e.AppendEnd(e.AppendHeader(nil, wire.Header{PID: 1, Command: "x"}), 0, 0, ""))
	mux := http.NewServeMux()
	for path, answer := range map[string][2]string{
		"probes": {"application/json", `[{"provider":"x","probe":"p_start"},` +
			`{"provider":"x","probe":"p_end"}]`},
		"trace": {wire.ContentType, stream},
	} {
		mux.HandleFunc("/debug/usdt/"+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", answer[0])
			_, _ = io.WriteString(w, answer[1])
		})
	}
	server := httptest.NewServer(mux)
	defer server.Close()
	for _, args := range [][]string{
		{"trace", "x:*"}, {"count", "x:*"}, {"hist", "x:*", "--arg", "0"},
		{"hist", "x:*", "--arg", "0", "--by", "n"}, {"latency", "x:p"},
	} {
		status, out, stderr := usdt(t.Context(), append(args, "--at", server.URL)...)
		if status != 1 || out != "" {
			t.Errorf("%v: status %d: %s", args, status, out)
		}
		wantMatch(t, "stderr", stderr, "has removed the probes")
	}
}

// TestAtNoLayout: a server lists probes with arguments that nobody knows.
func TestAtNoLayout(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `[{"provider":"x","probe":"p",`+
			`"args":[{"name":"n","layout":"\u001b"}]}]`)
	}))
	defer server.Close()
	status, out, stderr := usdt(t.Context(), "describe", "--at", server.URL)
	if status != 1 || out != "" {
		t.Errorf("status %d: %s", status, out)
	}
	wantMatch(t, "stderr", stderr,
		`x:p has an argument of the unknown layout "\x1b"; is this usdt older`)
}
