package uprobe

import (
	"fmt"
	"io"
	"os"
)

// A stream is one of the kernel's ways to pass records to this process.
type stream interface {
	// send makes p reserve a record of a size, have write write it at regOut, and pass it on. It
	// changes R0 to R5, regOut and frameWord, and what write changes.
	send(p *program, size int, write func())

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

// newStream makes the best stream that the kernel has, for records of at most largest bytes. bytes
// is the size of its buffers, or 0.
func newStream(s *session, largest, bytes int) (stream, error) {
	if bytes > MaxBuffer {
		return nil, fmt.Errorf("buffer of %d bytes, at most %d", bytes, MaxBuffer)
	}
	if s.features.RingBuffer {
		return newRing(s, bytes)
	}
	return newPerCPU(s, largest, bytes)
}

// roundBuffer returns the least size of a buffer, from bytes on, that the kernel accepts.
func roundBuffer(bytes int) int {
	size := os.Getpagesize()
	for size < bytes {
		size *= 2
	}
	return size
}
