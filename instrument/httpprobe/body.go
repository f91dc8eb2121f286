package httpprobe

import (
	"errors"
	"io"
	"net/http"
	"sync/atomic"
)

// A body is that of a response to a client. It fires the end of the request.
type body struct {
	io.ReadCloser
	watch  stopwatch
	status int
	bytes  atomic.Int64 // Close may be called during a Read
	ended  atomic.Bool
}

// A duplexBody is that of a response that has switched protocols: it can be written, too.
type duplexBody struct {
	*body
	io.Writer
}

// watchBody returns what takes the place of the body of a response.
func watchBody(r *http.Response, watch stopwatch) io.ReadCloser {
	b := &body{ReadCloser: r.Body, watch: watch, status: r.StatusCode}
	if r.Body == nil || r.Body == http.NoBody {
		b.end(nil)
		return r.Body
	}
	if w, ok := r.Body.(io.Writer); ok {
		return duplexBody{b, w}
	}
	return b
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes.Add(int64(n))
	switch {
	case errors.Is(err, io.EOF):
		b.end(nil)
	case err != nil:
		b.end(err)
	}
	return n, err
}

func (b *body) Close() error {
	err := b.ReadCloser.Close()
	b.end(err)
	return err
}

// end fires once, for whichever comes first.
func (b *body) end(err error) {
	if b.ended.CompareAndSwap(false, true) {
		clientEnd.Fire(b.watch.id, b.status, b.bytes.Load(), textOf(err), b.watch.duration())
	}
}
