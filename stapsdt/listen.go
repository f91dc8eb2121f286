package stapsdt

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-usdt/usdt/internal/ring"
	"github.com/go-usdt/usdt/internal/ticks"
)

// What the zero value of a [ListenConfig] stands for, in bytes.
const (
	DefaultBuffer     = 4 << 20 // of up to 8 processors, and 512 KiB for each of more
	MaxDefaultBuffer  = 32 << 20
	DefaultListenText = 4 << 10
)

// ListenConfig has options for listening to probes. The zero value stands for the defaults.
type ListenConfig struct {
	// Buffer is the size in bytes of the memory for events that nobody has received yet: 16 times
	// Text to 1 GiB; 0 means DefaultBuffer or, with more than 8 processors, as much more, up to
	// MaxDefaultBuffer. It is rounded up to a power of two. An event takes 24 bytes, 8 more for each
	// argument, and those of texts. The processors share it: it has a part for each of GOMAXPROCS, or
	// fewer if that would be less than 16 times Text. What runs on one processor has one part, and
	// the receiver hurries when half of that is full. Several times as much is used for a moment when
	// the events of a full buffer are received.
	Buffer int
	// Text is how many bytes are kept of each string and []byte: 64 to MaxText; 0 means
	// DefaultListenText.
	Text int
}

// Listener receives what probes of this process fire. See [Listen].
type Listener struct {
	patterns
	ring    *ring.Ring
	clock   *ticks.Clock
	maxText int

	isWaiting atomic.Bool   // the receiver waits for wake
	wake      chan struct{} // has room for one
	pause     time.Duration // that the receiver makes for more events to come
	closed    chan struct{}
	once      sync.Once // closes closed

	probes heardProbes
	late   atomic.Uint64 // records that were lost because they came after their probe was forgotten

	receiving sync.Mutex
	pending   []received // that were received, but other goroutines may have earlier ones
	batch     []received // in order, to be returned
}

// Listen listens, with the defaults of [ListenConfig].
func Listen(patterns ...string) (*Listener, error) { return ListenConfig{}.Listen(patterns...) }

// Listen receives from now on what the probes fire that match one of the patterns, PROVIDER:PROBE
// with the wildcards of [path.Match], also those that are declared later. Meanwhile these probes
// are enabled, and a fire takes some 30 ns, without allocation or lock. Tracers may be attached at
// the same time. The error is an [ErrArgs].
//
// A listener needs no right and works on every platform that Go has, whether or not the probes are
// loaded. Only this process is heard. Its buffer takes memory until Close; when the buffer is full,
// new events are lost, never waited for: see [Listener.Lost].
func (c ListenConfig) Listen(patterns ...string) (*Listener, error) {
	list, err := parsePatterns("listen", patterns)
	if err != nil {
		return nil, err
	}
	if c.Text == 0 {
		c.Text = DefaultListenText
	}
	if c.Buffer == 0 {
		c.Buffer = defaultBuffer(runtime.GOMAXPROCS(0))
	}
	if err := c.check(); err != nil {
		return nil, &Error{Op: "listen", Err: err}
	}
	shards := c.shards()
	l := &Listener{
		patterns: list,
		ring:     ring.New(shards, (c.Buffer+shards*8-1)/(shards*8)),
		clock:    ticks.New(),
		maxText:  c.Text,
		wake:     make(chan struct{}, 1),
		pause:    time.Millisecond,
		closed:   make(chan struct{}),
	}
	subscribe(l)
	return l, nil
}

// defaultBuffer lets a goroutine fire some 10,000 events before they are received, on machines of
// any size but the largest.
func defaultBuffer(processors int) int {
	const perProcessor = DefaultBuffer / 8
	return min(max(DefaultBuffer, processors*perProcessor), MaxDefaultBuffer)
}

// shardTexts is how many of the longest texts have room in a shard at least. A record has fewer
// than half as many, so it fits in a shard whatever the place where it would begin.
const shardTexts = 16

func (c ListenConfig) check() error {
	const least, most = 64, 1 << 30
	if c.Text < least || c.Text > MaxText {
		return fmt.Errorf("%w: Text %d, want %d to %d bytes", ErrArgs, c.Text, least, MaxText)
	}
	if c.Buffer < shardTexts*c.Text || c.Buffer > most {
		return fmt.Errorf("%w: Buffer %d, want %d (%d times Text) to %d bytes", ErrArgs, c.Buffer,
			shardTexts*c.Text, shardTexts, most)
	}
	return nil
}

// shards returns one for each processor, as far as there is room.
func (c ListenConfig) shards() int {
	n := 1
	for n < runtime.GOMAXPROCS(0) && 2*n*shardTexts*c.Text <= c.Buffer {
		n *= 2
	}
	return n
}

func (l *Listener) subscribe(p *Probe) hearer { return l.probes.add(l, p) }

func (l *Listener) subscribed() []*Probe { return l.probes.list() }

func (l *Listener) leave(h hearer) { l.probes.leave(h.(*recordWriter)) }

// Lost returns how many events were lost so far, because the buffer was full or, very seldom,
// because the provider was closed while the probe was fired, and the goroutine had to wait for a
// processor for more than a second. After Close, it and the events received make up all fires,
// exactly. It is safe for concurrent use.
func (l *Listener) Lost() uint64 { return l.ring.Lost() + l.late.Load() }

// Close ends the listening. What was fired before can still be received. Closing again does
// nothing. It is safe for concurrent use.
func (l *Listener) Close() {
	l.once.Do(func() {
		unsubscribe(l)
		l.ring.Close()
		close(l.closed)
	})
}
