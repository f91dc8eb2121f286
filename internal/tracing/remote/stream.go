package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/internal/wire"
)

// Request says which events a program is to send.
type Request struct {
	Patterns []string      // PROVIDER:PROBE
	Where    string        // a filter; "" for all
	Duration time.Duration // 0: as long as the program lets
	Limit    uint64        // of events; 0: none
	Text     int           // how many bytes of each text are wanted; 0: what the program chooses
	Buffer   int           // bytes of the program's memory for events; 0: what the program chooses
}

// What a program accepts, as package stapsdthttp says.
const (
	maxDuration = 24 * time.Hour
	leastText   = 128
	maxText     = wire.MaxText
)

func (r Request) query() url.Values {
	q := url.Values{"format": {"binary"}, "probe": r.Patterns}
	if r.Text > 0 {
		q.Set("text", strconv.Itoa(min(max(r.Text, leastText), maxText)))
	}
	if r.Buffer > 0 {
		q.Set("buffer", strconv.Itoa(r.Buffer))
	}
	if r.Where != "" {
		q.Set("where", r.Where)
	}
	q.Set("seconds", listenSeconds(r.Duration))
	if r.Limit > 0 {
		q.Set("limit", strconv.FormatUint(r.Limit, 10))
	}
	return q
}

// Stream is the events that a program sends. Its methods are not safe for concurrent use.
type Stream struct {
	// Probes are those that the program had when the stream began and, before their first events,
	// those that have come since; those that are declared alike are one. Each has one site, whose
	// FileOffset is the index of the probe here.
	Probes []uprobe.Probe
	// Reason says why the program ended the stream, if not because that was asked for.
	Reason string

	client  *Client
	ctx     context.Context
	answer  *answer
	decoder *wire.Decoder
	header  wire.Header
	pending wire.Frame // that came with the first ones
	lost    uint64
	isFresh bool // since the stream was idle last
	isLast  bool // what comes is the rest
}

// Trace asks for events. From its return on, every fire is either received or counted by
// [Stream.Lost]. The stream ends with ctx, too. The caller closes it.
func (c *Client) Trace(ctx context.Context, r Request) (*Stream, error) {
	answer, err := c.get(ctx, "trace", r.query(), wire.ContentType)
	if err != nil {
		return nil, err
	}
	s := &Stream{client: c, ctx: ctx, answer: answer}
	if s.decoder, s.header, err = wire.NewDecoder(answer); err == nil {
		err = s.begin()
	}
	if err != nil {
		_ = answer.Close()
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, s.explain(err)
	}
	answer.begun()
	return s, nil
}

// begin reads the probes that come first.
func (s *Stream) begin() error {
	for {
		frame, err := s.decoder.Next()
		if err != nil {
			return err
		}
		p, isProbe := frame.(*wire.Probe)
		if !isProbe {
			s.pending = frame
			return nil
		}
		s.addProbe(p)
	}
}

func (s *Stream) addProbe(p *wire.Probe) {
	s.Probes = append(s.Probes, probeOf(p, len(s.Probes)))
}

// IsFull reports whether the stream has no room for more probes. Events of others are lost then.
func (s *Stream) IsFull() bool { return len(s.Probes) == wire.MaxProbes }

// Next waits for an event and stores it in ev, whose memory it reuses. It returns
// os.ErrDeadlineExceeded before it waits, and io.EOF when the stream is over.
func (s *Stream) Next(ev *uprobe.Event) error {
	for {
		frame := s.pending
		s.pending = nil
		if frame == nil {
			if !s.decoder.Buffered() && s.isFresh && !s.isLast {
				s.isFresh = false
				return os.ErrDeadlineExceeded
			}
			var err error
			if frame, err = s.decoder.Next(); err != nil {
				return s.explain(err)
			}
		}
		s.isFresh = true
		switch f := frame.(type) {
		case *wire.Probe:
			s.addProbe(f)
		case wire.Lost:
			s.lost = uint64(f)
		case wire.End:
			s.lost, s.Reason = f.Lost, f.Reason
		case *wire.Event:
			s.setEvent(ev, f)
			return nil
		}
	}
}

// Finish makes Next wait for all that the program still sends, whose last word is how many events
// were lost. It is for a stream that the program ends by itself.
func (s *Stream) Finish() { s.isLast = true }

// explain makes a sentence of an error of the stream. At the end of ctx, or of the stream, it is
// io.EOF.
func (s *Stream) explain(err error) error {
	switch {
	case s.ctx.Err() != nil, errors.Is(err, io.EOF):
		return io.EOF
	case errors.Is(err, wire.ErrVersion):
		return fmt.Errorf("%s: %w; use the usdt of the version that the program has", s.client, err)
	case errors.Is(err, wire.ErrFormat):
		return fmt.Errorf("%s: %s; %s", s.client, printable.Text(err.Error()), wantServer)
	}
	return brokenOff(s.client, err)
}

func brokenOff(c *Client, err error) error {
	if errors.Is(err, errSilent) {
		return fmt.Errorf("%s %w", c, err)
	}
	return fmt.Errorf("%w: %s: the program has ended, or the way to it (%w)", ErrBrokenOff, c, err)
}

// ErrBrokenOff says that a stream ended before the program had said so.
var ErrBrokenOff = errors.New("the events have broken off")

// Lost returns how many events were lost, as far as the program has said.
func (s *Stream) Lost() (uint64, error) { return s.lost, nil }

// Close ends the stream.
func (s *Stream) Close() error { return s.answer.Close() }

// Process says which process sends.
func (s *Stream) Process() string {
	return fmt.Sprintf("process %d (%s)", s.header.PID, printable.Text(s.header.Command))
}
