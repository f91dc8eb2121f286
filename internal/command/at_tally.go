package command

import (
	"cmp"
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/remote"
)

// A remoteTally keeps the newest reading of what a program counts.
type remoteTally[R any] struct {
	readings *remote.Readings[R]
	lifetime *lifetime
	take     func(R)       // is called for every reading
	ended    chan struct{} // closed when there are no more
	err      error         // why, then

	mu     sync.Mutex
	newest R
}

// errNoMore is the cause of the end of a lifetime whose program has sent its last reading.
var errNoMore = errors.New("the program has ended the counting")

// keep keeps the newest reading until there are no more.
func (t *remoteTally[R]) keep() {
	defer close(t.ended)
	defer t.lifetime.end(errNoMore)
	for {
		r, err := t.readings.Next()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.err = err
			}
			return
		}
		t.take(r)
		t.mu.Lock()
		t.newest = r
		t.mu.Unlock()
	}
}

func (t *remoteTally[R]) read() R {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.newest
}

// runAt asks for readings, and reports the newest one every interval, and once more at the end.
// All of them are given to take, unless that is nil. When the readings break off, what there is is
// reported all the same.
func runAt[R any](
	cmd *cobra.Command, f *aggregateFlags, s *remoteSelection,
	ask func(context.Context) (*remote.Readings[R], error), take func(R),
	reporter func(first R) func(r R, last bool) error,
) error {
	if err := f.output.open(cmd); err != nil {
		return err
	}
	defer catchSignals(cmd)()
	ctx, cancel := context.WithCancel(cmd.Context())
	defer cancel()
	readings, err := ask(ctx)
	if err != nil {
		return asUsage(err)
	}
	defer readings.Close()
	first, err := readings.Next()
	if errors.Is(err, io.EOF) {
		err = cmp.Or(context.Cause(ctx), errNoMore)
	}
	if err != nil {
		return err
	}
	if take == nil {
		take = func(R) {}
	}
	take(first)
	lifetime := f.beginAt(cmd, s)
	defer lifetime.close()
	context.AfterFunc(lifetime, cancel)
	t := &remoteTally[R]{
		readings: readings, lifetime: lifetime, take: take, ended: make(chan struct{}), newest: first,
	}
	go t.keep()
	report := reporter(first)
	err = every(lifetime, f.interval, func() error { return report(t.read(), false) })
	cancel()
	<-t.ended
	if err == nil {
		err = report(t.read(), true)
	}
	return errors.Join(err, t.err)
}

// prepareAt checks what all commands have that count, and returns the probes that match.
func (f *aggregateFlags) prepareAt(
	cmd *cobra.Command, patterns []string,
) (*remoteSelection, error) {
	if err := f.checkTallyAt(); err != nil {
		return nil, err
	}
	return f.commonFlags.prepareAt(cmd, patterns)
}

// checkTallyAt checks the flags that only commands have that count.
func (f *aggregateFlags) checkTallyAt() error {
	if f.wantsStacks() {
		return errStackAt()
	}
	return f.checkInterval()
}

// request has what all commands ask for.
func (f *aggregateFlags) request() remote.TallyRequest {
	return remote.TallyRequest{Where: string(f.where), Duration: f.duration}
}

// beganAt returns when a reading began, by the clock of the program.
func beganAt(at time.Time, seconds float64) time.Time {
	return at.Add(-time.Duration(seconds * float64(time.Second)))
}

// loss says why hits are missing.
func (f *aggregateFlags) loss() string {
	if f.at != "" {
		return "because they came too fast for the program, or with too many names or values"
	}
	return "while another BPF program was running"
}
