package process

import (
	"fmt"

	"github.com/go-usdt/usdt/internal/tracing/catalog"
)

// A Reader and a Client are [catalog.Files] that do not wait long for a file system which does not
// answer, such as that of a home directory.
var (
	_ catalog.Files = (*Reader)(nil)
	_ catalog.Files = (*Client)(nil)
)

// ListDescriptions implements [catalog.Files].
func (r *Reader) ListDescriptions(directory string) ([]string, error) {
	return awaitPath(r, directory, func() ([]string, error) {
		return catalog.Direct{}.ListDescriptions(directory)
	})
}

// ReadDescription implements [catalog.Files].
func (r *Reader) ReadDescription(path string, named bool) (string, error) {
	return awaitPath(r, path, func() (string, error) {
		return catalog.Direct{}.ReadDescription(path, named)
	})
}

// awaitPath returns what read returns, which does little else than system calls about a path.
func awaitPath[T any](r *Reader, path string, read func() (T, error)) (result T, err error) {
	type answer struct {
		result T
		err    error
	}
	r.patience.ofUser(0)
	a, err := await(&r.patience, func(w *watch) (a answer) {
		w.measure(func() { a.result, a.err = read() })
		return a
	})
	if err != nil {
		return result, fmt.Errorf("%s: %w", path, err)
	}
	return a.result, a.err
}

// A descriptionRequest is for the descriptions in a directory, or for one of them.
type descriptionRequest struct {
	Directory, Path string
	Named           bool
}

// ListDescriptions is [Reader.ListDescriptions].
func (c *Client) ListDescriptions(directory string) ([]string, error) {
	d, err := c.ask(request{Description: &descriptionRequest{Directory: directory}}, nil)
	return d.Paths, err
}

// ReadDescription is [Reader.ReadDescription].
func (c *Client) ReadDescription(path string, named bool) (string, error) {
	d, err := c.ask(request{Description: &descriptionRequest{Path: path, Named: named}}, nil)
	return d.Text, err
}

// describe answers a request.
func (s *server) describe(r *descriptionRequest, d *done) (err error) {
	if r.Directory != "" {
		d.Paths, err = s.reader.ListDescriptions(r.Directory)
	} else {
		d.Text, err = s.reader.ReadDescription(r.Path, r.Named)
	}
	return err
}
