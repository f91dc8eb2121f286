package uprobe

import (
	"fmt"
	"io"
	"os"
)

// A stream is one of the kernel's ways to pass records to this process.
type stream interface {
	// send makes p reserve a record, write it and pass it on.
	send(p *program, l layout)

	// next returns the next record, which is valid until the next call, or os.ErrDeadlineExceeded
	// when the buffer has been empty for a while.
	next() ([]byte, error)

	// lost returns how many records have not fit so far. After a detach it is exact as soon as next
	// has returned os.ErrDeadlineExceeded.
	lost() (uint64, error)

	io.Closer
}

// MaxBuffer is the size of the largest buffer in bytes.
const MaxBuffer = 1 << 30

// newStream makes the best stream that the kernel has. bytes is the size of its buffers, or 0.
func newStream(s *session, layouts []layout, bytes int) (stream, error) {
	if bytes > MaxBuffer {
		return nil, fmt.Errorf("buffer of %d bytes, at most %d", bytes, MaxBuffer)
	}
	if s.features.RingBuffer {
		return newRing(s, bytes)
	}
	return newPerCPU(s, layouts, bytes)
}

// roundBuffer returns the least size of a buffer, from bytes on, that the kernel accepts.
func roundBuffer(bytes int) int {
	size := os.Getpagesize()
	for size < bytes {
		size *= 2
	}
	return size
}
