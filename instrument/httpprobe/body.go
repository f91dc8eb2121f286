package httpprobe

import (
	"io"
	"net/http"
	"sync/atomic"

	"github.com/go-usdt/usdt/instrument/internal/pair"
)

// A body is that of a response to a client. It fires the end of the request.
type body struct {
	io.ReadCloser
	request pair.Pair
	status  int
	bytes   atomic.Int64 // Close may be called during a Read
	ended   atomic.Bool
}

// A duplexBody is that of a response that has switched protocols: it can be written, too.
type duplexBody struct {
	*body
	io.Writer
}

// A halfClosableBody is a duplexBody that can tell the server that nothing more is written, and be
// read on. That of net/http is one.
type halfClosableBody struct {
	duplexBody
	closeWriter
}

type closeWriter interface{ CloseWrite() error }

// wrapBody returns what takes the place of the body of a response.
func wrapBody(r *http.Response, request pair.Pair) io.ReadCloser {
	b := &body{ReadCloser: r.Body, request: request, status: r.StatusCode}
	if r.Body == nil || r.Body == http.NoBody {
		b.end(nil)
		return r.Body
	}
	w, writes := r.Body.(io.Writer)
	c, closesWrite := r.Body.(closeWriter)
	switch {
	case writes && closesWrite:
		return halfClosableBody{duplexBody{b, w}, c}
	case writes:
		return duplexBody{b, w}
	}
	return b
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes.Add(int64(n))
	switch err {
	case nil:
	case io.EOF: // itself, as for io.ReadAll: an error that wraps it is one
		b.end(nil)
	default:
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
		clientEnd.Fire(b.request.ID, b.status, b.bytes.Load(), pair.ErrorText(err), b.request.Duration())
	}
}
