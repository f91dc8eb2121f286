package wire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

var (
	// ErrFormat says that a stream is not as this package writes it.
	ErrFormat = errors.New("malformed stream of events")
	// ErrVersion says that a stream has another version.
	ErrVersion = errors.New("another version of the stream of events")
)

// Frame is what [Decoder.Next] returns: *[Probe], *[Event], [Lost] or [End].
type Frame any

// Event is one fire of a probe.
type Event struct {
	Probe       int // its number
	Nanoseconds int64
	Values      []Value
}

// Lost is how many events are lost so far.
type Lost uint64

// End is the last frame.
type End struct {
	Sent, Lost uint64 // events
	Reason     string // why it is over; empty when that was asked for
}

// Decoder reads a stream from somebody who is not trusted. It takes memory for what it has read,
// not for what a length announces. It is for one goroutine.
type Decoder struct {
	r      *bufio.Reader
	probes []*Probe
	table  int // bytes of the frames of probes
	last   int64
	isOver bool
	frame  bytes.Buffer
	event  Event
}

// NewDecoder reads the beginning of a stream. The error is [ErrFormat], [ErrVersion] or that of r.
func NewDecoder(r io.Reader) (*Decoder, Header, error) {
	d := &Decoder{r: bufio.NewReaderSize(r, 64<<10)}
	h, err := d.header()
	return d, h, err
}

func (d *Decoder) header() (h Header, err error) {
	var magic [len(Magic)]byte
	if _, err := io.ReadFull(d.r, magic[:]); err != nil {
		return h, cutShort(err)
	}
	if string(magic[:]) != Magic {
		return h, fmt.Errorf("%w: it begins with %q", ErrFormat, magic)
	}
	version, err := d.number()
	if err != nil {
		return h, err
	}
	if version != Version {
		return h, fmt.Errorf("%w: version %d, want %d", ErrVersion, version, Version)
	}
	pid, err := d.number()
	if err != nil {
		return h, err
	}
	n, err := d.number()
	if err != nil {
		return h, err
	}
	if pid > 1<<32-1 || n > MaxName {
		return h, malformed("process %d with a name of %d bytes", pid, n)
	}
	name := make([]byte, n)
	if _, err := io.ReadFull(d.r, name); err != nil {
		return h, cutShort(err)
	}
	return Header{PID: int(pid), Command: string(name)}, nil // #nosec G115 -- checked
}

func (d *Decoder) number() (n uint64, err error) {
	for shift := 0; shift < 64; shift += 7 {
		b, err := d.r.ReadByte()
		if err != nil {
			return 0, cutShort(err)
		}
		n |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return n, nil
		}
	}
	return 0, malformed("a number without an end")
}

// Next returns the next frame. An *[Event] and its values are valid until the next call. The error
// is io.EOF after an [End], io.ErrUnexpectedEOF when the stream breaks off before, [ErrFormat], or
// that of the reader.
func (d *Decoder) Next() (Frame, error) {
	for {
		if d.isOver {
			return nil, io.EOF
		}
		kind, err := d.r.ReadByte()
		if err != nil {
			return nil, cutShort(err)
		}
		contents, err := d.contents()
		if err != nil {
			return nil, err
		}
		frame, err := d.decode(kind, contents)
		if frame != nil || err != nil {
			return frame, err
		}
	}
}

// Buffered reports whether the next frame may be here already, so that Next need not wait for it.
func (d *Decoder) Buffered() bool { return d.r.Buffered() > 0 }

// contents reads those of a frame. They are valid until the next.
func (d *Decoder) contents() (contents, error) {
	n, err := d.number()
	if err != nil {
		return contents{}, err
	}
	if n > MaxFrame {
		return contents{}, malformed("a frame of %d bytes", n)
	}
	d.frame.Reset()
	read, err := d.frame.ReadFrom(io.LimitReader(d.r, int64(n))) // #nosec G115 -- checked
	if err != nil {
		return contents{}, err
	}
	if uint64(read) < n { // #nosec G115 -- not negative
		return contents{}, io.ErrUnexpectedEOF
	}
	return contents{rest: d.frame.Bytes()}, nil
}

// decode returns nil for a kind that it does not know.
func (d *Decoder) decode(kind byte, c contents) (frame Frame, err error) {
	size := len(c.rest)
	switch kind {
	case 'p':
		frame, err = d.probe(&c, size)
	case 'e':
		frame, err = d.decodeEvent(&c)
	case 'l':
		frame = Lost(c.number())
	case 'z':
		d.isOver = true
		frame = End{Sent: c.number(), Lost: c.number(), Reason: string(c.text(MaxWords))}
	default:
		return nil, nil
	}
	switch {
	case err != nil:
		return nil, err
	case c.isBad:
		return nil, malformed("a frame %q of %d bytes ends too early", kind, size)
	case len(c.rest) > 0:
		return nil, malformed("a frame %q of %d bytes has %d too many", kind, size, len(c.rest))
	}
	return frame, nil
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrFormat}, args...)...)
}

// cutShort is the error for an end where there must be more.
func cutShort(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
