package httpprobe

import (
	"bufio"
	"io"
	"net"
	"net/http"
)

// A response remembers what was sent of a response. Its methods are those that every wrapped
// ResponseWriter has.
type response struct {
	http.ResponseWriter
	status   int // the final one; 0: not sent
	bytes    int64
	hijacked bool
}

// send notes the status, unless there is a final one already.
func (r *response) send(status int) {
	// net/http panics at what has not three digits, and sends what is below 200 before the final one.
	isFinal := status >= http.StatusOK && status <= 999 || status == http.StatusSwitchingProtocols
	if r.status == 0 && !r.hijacked && isFinal {
		r.status = status
	}
}

func (r *response) WriteHeader(status int) {
	r.send(status)
	r.ResponseWriter.WriteHeader(status)
}

func (r *response) Write(b []byte) (int, error) {
	r.send(http.StatusOK)
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

func (r *response) WriteString(s string) (int, error) {
	r.send(http.StatusOK)
	n, err := io.WriteString(r.ResponseWriter, s)
	r.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController.
func (r *response) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// The optional interfaces of a ResponseWriter, each of which must be there if the wrapped one has
// it, and only then.
type (
	flusher       struct{ *response }
	hijacker      struct{ *response }
	readerFrom    struct{ *response }
	pusher        struct{ *response }
	closeNotifier struct{ *response }
)

func (f flusher) Flush() { _ = f.FlushError() }

func (f flusher) FlushError() error {
	f.send(http.StatusOK)
	return http.NewResponseController(f.ResponseWriter).Flush()
}

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	connection, buffer, err := h.ResponseWriter.(http.Hijacker).Hijack()
	h.hijacked = h.hijacked || err == nil // a second time, it fails
	return connection, buffer, err
}

func (r readerFrom) ReadFrom(source io.Reader) (int64, error) {
	r.send(http.StatusOK)
	n, err := r.ResponseWriter.(io.ReaderFrom).ReadFrom(source)
	r.bytes += n
	return n, err
}

func (p pusher) Push(target string, options *http.PushOptions) error {
	return p.ResponseWriter.(http.Pusher).Push(target, options)
}

func (c closeNotifier) CloseNotify() <-chan bool {
	//lint:ignore SA1019 handlers that still ask for it must find it
	return c.ResponseWriter.(http.CloseNotifier).CloseNotify()
}
