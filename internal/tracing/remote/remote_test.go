package remote_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/remote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/internal/wire"
)

func TestAddress(t *testing.T) {
	for address, want := range map[string]string{
		"http://localhost:6060":             "http://localhost:6060/debug/usdt/",
		"localhost:6060":                    "http://localhost:6060/debug/usdt/",
		"[::1]:6060/":                       "http://[::1]:6060/debug/usdt/",
		"https://shop.example/admin/probes": "https://shop.example/admin/probes/",
		"http://ada:secret@shop:1/x/":       "http://ada:xxxxx@shop:1/x/",
		"unix:/run/shop.sock":               "unix:/run/shop.sock",
	} {
		if c, err := remote.New(address); err != nil || c.String() != want {
			t.Errorf("%s: %v, error %v", address, c, err)
		}
	}
	for address, want := range map[string]string{
		"unix:":                "the path of a socket",
		"ftp://shop/":          "want http://",
		"http://":              "a URL with a host",
		"http://shop/?probe=x": "ends with the path",
		"http://shop:port/":    "invalid port",
	} {
		_, err := remote.New(address)
		if !errors.Is(err, remote.ErrAddress) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", address, err, want)
		}
	}
}

// answer serves one text for every request.
func answer(status int, mediaType, text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}
}

// trace returns the error of asking for events, and of reading them all.
func trace(address string) error {
	c, err := remote.New(address)
	if err != nil {
		return err
	}
	s, err := c.Trace(context.Background(), remote.Request{Patterns: []string{"shop:*"}})
	if err != nil {
		return err
	}
	defer s.Close()
	for ev := new(uprobe.Event); ; {
		switch err := s.Next(ev); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		}
	}
}

func TestErrors(t *testing.T) {
	var e wire.Encoder
	begin := e.AppendHeader(nil, wire.Header{PID: 1, Command: "shop"})
	begin, _, _ = e.AppendProbe(begin, wire.Probe{Provider: "shop", Name: "order"})
	begun := string(e.AppendLost(begin, 0))
	for name, test := range map[string]struct {
		handler http.Handler
		want    string
	}{
		"not mounted": {http.NotFoundHandler(), `import _ "github.com/go-usdt/usdt/stapsdt/stapsdthttp"`},
		"other server": {answer(200, "text/html", "<html>"),
			`answers, but is no stapsdthttp (it sends "text/html")`},
		"redirect": {http.RedirectHandler("http://other/", http.StatusFound),
			"redirects to http://other/"},
		"forbidden": {answer(403, "text/plain", "go\x1b away\nnow"), `403 Forbidden: "go\x1b away"`},
		"refused":   {answer(400, "text/plain", "bad filter"), "400 Bad Request: bad filter"},
		"version":   {answer(200, wire.ContentType, wire.Magic+"\x63"), "use the usdt of the version"},
		"malformed": {answer(200, wire.ContentType, "something else"), `it begins with "somethin"`},
		"cut off":   {answer(200, wire.ContentType, begun), "broken off"},
		"bad frame": {answer(200, wire.ContentType, begun+"e\x01\x09"), "probe 9 of 1"},
	} {
		server := httptest.NewServer(test.handler)
		err := trace(server.URL)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
		if got := errors.As(err, new(remote.Refused)); got != (name == "refused") {
			t.Errorf("%s: Refused is %v", name, got)
		}
		server.Close()
	}
}

func TestNobody(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	for _, address := range []string{
		server.URL, "unix:" + filepath.Join(t.TempDir(), "missing.sock"),
	} {
		if err := trace(address); err == nil || !strings.Contains(err.Error(), "nobody listens at") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	if err := trace(server.URL); err == nil || !strings.Contains(err.Error(), "is not trusted") {
		t.Errorf("a certificate of somebody: %v", err)
	}
	err := trace(strings.Replace(server.URL, "https", "http", 1))
	if err == nil || !strings.Contains(err.Error(), "speaks TLS: use https://") {
		t.Errorf("http for https: %v", err)
	}
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	err = trace(strings.Replace(plain.URL, "http", "https", 1))
	if err == nil || !strings.Contains(err.Error(), "use http://") {
		t.Errorf("https for http: %v", err)
	}
}

// TestNoHTTP: a server of something else, which greets.
func TestNoHTTP(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "220 mail.example ESMTP\r\n")
			_, _ = conn.Read(make([]byte, 4096))
			conn.Close()
		}
	}()
	if err := trace(l.Addr().String()); err == nil || !strings.Contains(err.Error(), "no") ||
		!strings.Contains(err.Error(), "speak HTTP") {
		t.Errorf("%v", err)
	}
}
