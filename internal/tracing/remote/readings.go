package remote

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/reading"
)

// TallyRequest says what a program is to count.
type TallyRequest struct {
	Patterns   []string // of count and hist
	Start, End string   // PROVIDER:PROBE, of latency
	Where      string   // a filter; "" for all
	Arg, By    string   // arguments of hist, by name or number; "" for none
	Stats      string   // arguments of count, by name or number; "" for none
	Key        string   // the argument of latency
	Linear     string   // LO,HI,STEP; "" for powers of two
	Duration   time.Duration
}

// pollInterval is how often the program sends a reading. The last one before the user ends the
// command is so old at most.
const pollInterval = 200 * time.Millisecond

func (r TallyRequest) query() url.Values {
	q := url.Values{"interval": {seconds(pollInterval)}, "seconds": {listenSeconds(r.Duration)}}
	for name, value := range map[string]string{
		"start": r.Start, "end": r.End, "where": r.Where, "arg": r.Arg, "by": r.By, "key": r.Key,
		"linear": r.Linear, "stats": r.Stats,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(r.Patterns) > 0 {
		q["probe"] = r.Patterns
	}
	return q
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) }

// listenSeconds is how long to ask for, at most.
func listenSeconds(d time.Duration) string {
	if d == 0 {
		d = maxDuration
	}
	return seconds(min(d, maxDuration))
}

// Readings are what a program has counted, again and again. They are for one goroutine.
type Readings[R any] struct {
	client  *Client
	ctx     context.Context
	answer  *answer
	scanner *bufio.Scanner
}

// maxReading is how long a reading may be, in bytes.
const maxReading = 16 << 20

// Count counts the fires of probes. The readings end with ctx, too. The caller closes them, here
// and below.
func (c *Client) Count(ctx context.Context, r TallyRequest) (*Readings[reading.Count], error) {
	return tally[reading.Count](ctx, c, "count", r)
}

// Hist counts the values of an argument.
func (c *Client) Hist(ctx context.Context, r TallyRequest) (*Readings[reading.Hist], error) {
	return tally[reading.Hist](ctx, c, "hist", r)
}

// Latency measures the time between two probes.
func (c *Client) Latency(ctx context.Context, r TallyRequest) (*Readings[reading.Latency], error) {
	return tally[reading.Latency](ctx, c, "latency", r)
}

func tally[R any](
	ctx context.Context, c *Client, path string, r TallyRequest,
) (*Readings[R], error) {
	answer, err := c.get(ctx, path, r.query(), "application/x-ndjson")
	if err != nil {
		return nil, err
	}
	scanner := bufio.NewScanner(answer)
	scanner.Buffer(nil, maxReading)
	return &Readings[R]{client: c, ctx: ctx, answer: answer, scanner: scanner}, nil
}

// Next waits for the next reading, which has all since the beginning. The error is io.EOF when the
// program has sent the last one, or ctx is done.
func (r *Readings[R]) Next() (next R, err error) {
	ok := r.scanner.Scan()
	for ok && len(r.scanner.Bytes()) == 0 { // a sign of life
		ok = r.scanner.Scan()
	}
	if !ok {
		err := r.scanner.Err()
		switch {
		case err == nil, r.ctx.Err() != nil:
			return next, io.EOF
		case errors.Is(err, bufio.ErrTooLong):
			return next, fmt.Errorf("%s: a reading has more than %d bytes", r.client, maxReading)
		}
		return next, brokenOff(r.client, err)
	}
	r.answer.begun()
	decoder := json.NewDecoder(&bounded{Reader: bytes.NewReader(r.scanner.Bytes())})
	decoder.UseNumber() // all digits
	if err := decoder.Decode(&next); err != nil {
		return next, fmt.Errorf("%s: %s; %s", r.client, printable.Text(err.Error()), wantServer)
	}
	return next, nil
}

// Close ends the readings.
func (r *Readings[R]) Close() error { return r.answer.Close() }
