package httpprobe

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/stapsdt/stapsdttest"
)

// TestProtocols: what a real client gets is what the probes say, by HTTP/1 and HTTP/2.
func TestProtocols(t *testing.T) {
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			r := stapsdttest.Record(t, server)
			answer := serve(t, protocol, Handler(http.HandlerFunc(
				func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(http.StatusAccepted)
					io.Copy(w, io.LimitReader(strings.NewReader("four"), 4)) // ReadFrom, if it is there
				})).ServeHTTP)
			text, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil || answer.StatusCode != 202 || string(text) != "four" || answer.Proto != protocol {
				t.Errorf("%s answered %d, %q, %v", answer.Proto, answer.StatusCode, text, err)
			}
			r.Wait(2)
			id := firstID(t, r)
			r.Want(stapsdttest.Fired(serverStart, id, "GET", "/a/b", stapsdttest.Any, ""),
				ended(id, 202, 4, ""))
		})
	}
}

// TestHijack: a handler takes over the connection through the probes, and a client through a
// Transport with probes has the body of a connection that has switched protocols.
func TestHijack(t *testing.T) {
	servers := stapsdttest.Record(t, serverEnd)
	clients := stapsdttest.Record(t, clientEnd)
	s := newServer(t, Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		connection, buffer, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer connection.Close()
		buffer.WriteString("HTTP/1.1 101 Switching Protocols\r\n" +
			"Connection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		buffer.Flush()
		io.Copy(connection, buffer) // until the client writes no more
	})))
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Connection", "Upgrade")
	request.Header.Set("Upgrade", "echo")
	answer, err := Transport(s.Client().Transport).RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(answer.Body.(io.Writer), "hello\n")
	reader := bufio.NewReader(answer.Body)
	if line, err := reader.ReadString('\n'); line != "hello\n" {
		t.Errorf("echoed %q, %v", line, err)
	}
	io.WriteString(answer.Body.(io.Writer), "bye\n")
	if err := answer.Body.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Error(err)
	}
	if rest, err := io.ReadAll(reader); string(rest) != "bye\n" || err != nil {
		t.Errorf("echoed %q, %v", rest, err)
	}
	answer.Body.Close()
	servers.Wait(1)
	servers.Want(ended(stapsdttest.Any, 0, 0, ""))
	clients.Want(stapsdttest.Fired(clientEnd, stapsdttest.Any, 101, 10, "", stapsdttest.Any))
}
