package command

import (
	"encoding/binary"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// stackWriter writes the stacks of events, and remembers what it has written. A nil one writes
// nothing.
type stackWriter struct {
	reader stackReader
	write  func(dst []byte, stack []location) []byte
	known  map[string][]byte // by process and addresses
	key    []byte
}

// newStackWriter returns a writer in a format, nil without a reader.
func newStackWriter(r stackReader, write func([]byte, []location) []byte) *stackWriter {
	if r == nil {
		return nil
	}
	return &stackWriter{reader: r, write: write, known: make(map[string][]byte)}
}

// mostStacksWritten is how many stacks are remembered.
const mostStacksWritten = 1 << 12

// append appends the stack of an event. It allocates for new stacks only.
func (s *stackWriter) append(dst []byte, ev *uprobe.Event) []byte {
	if s == nil {
		return dst
	}
	s.key = binary.NativeEndian.AppendUint32(s.key[:0], ev.PID)
	for _, a := range ev.Stack {
		s.key = binary.NativeEndian.AppendUint64(s.key, a)
	}
	if text, known := s.known[string(s.key)]; known {
		return append(dst, text...)
	}
	stack, isSettled := s.reader.locate(uprobe.UserStack{PID: ev.PID, Addresses: ev.Stack})
	start := len(dst)
	dst = s.write(dst, stack)
	if isSettled {
		if len(s.known) >= mostStacksWritten {
			clear(s.known)
		}
		s.known[string(s.key)] = append([]byte(nil), dst[start:]...)
	}
	return dst
}
