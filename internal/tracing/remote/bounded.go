package remote

import (
	"errors"
	"io"

	"github.com/go-usdt/usdt/internal/wire"
)

// maxElements is how many elements and members a document in JSON may have. A probe with all its
// arguments has fewer than 32, and so has a group with a bucket.
const maxElements = 32 * wire.MaxProbes

var errElements = errors.New("more elements than a program sends")

// bounded reads a document in JSON, and fails when it has too many elements. Each takes memory when
// it is decoded, and two bytes of a document can become an element of a hundred.
type bounded struct {
	io.Reader
	elements  int
	inText    bool
	isEscaped bool
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	for _, c := range p[:n] {
		switch {
		case b.isEscaped:
			b.isEscaped = false
		case c == '\\':
			b.isEscaped = true
		case c == '"':
			b.inText = !b.inText
		case c == ',' && !b.inText:
			b.elements++
		}
	}
	if b.elements > maxElements {
		return 0, errElements
	}
	return n, err
}
