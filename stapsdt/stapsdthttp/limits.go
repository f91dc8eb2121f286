package stapsdthttp

import (
	"math/bits"
	"net/http"
	"sync"
)

// What requests may take of the program, all of them together, and how long one may take.
const (
	// MaxListeners is how many requests can listen at the same time.
	MaxListeners = 16
	// MaxBuffer is the size of all buffers for events together, in bytes; each counts as the power
	// of two that is not below what was asked for. When the events of a full buffer are taken from
	// it, several times its size is used until they are sent or counted: for a moment or, of a
	// stream, as long as the client takes to read them.
	MaxBuffer = 64 << 20
	// DefaultSeconds is how long a request listens that does not say how long.
	DefaultSeconds = 30
	// MaxSeconds is how long a request can listen: a day.
	MaxSeconds = 24 * 60 * 60

	defaultBuffer = 1 << 20 // bytes, for one request
)

// taken is what requests have taken.
var taken struct {
	sync.Mutex
	listeners, buffer int
}

// reserve takes a place for a listener with a buffer of that many bytes, 0 for none. The caller
// gives it back.
func reserve(buffer int) (giveBack func(), err error) {
	if buffer > 0 {
		buffer = 1 << bits.Len(uint(buffer-1)) // as stapsdt.ListenConfig rounds it up
	}
	taken.Lock()
	defer taken.Unlock()
	switch {
	case taken.listeners == MaxListeners:
		return nil, refuse(http.StatusTooManyRequests,
			"%d requests listen already, which is the most; end one, or try again later", MaxListeners)
	case taken.buffer+buffer > MaxBuffer:
		return nil, refuse(http.StatusTooManyRequests,
			"buffers take %d of %d bytes already; ask for less than %d by buffer=, or try again later",
			taken.buffer, MaxBuffer, buffer)
	}
	taken.listeners++
	taken.buffer += buffer
	return func() {
		taken.Lock()
		defer taken.Unlock()
		taken.listeners--
		taken.buffer -= buffer
	}, nil
}
