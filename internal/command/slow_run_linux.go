package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A slowRun writes slow pairs as they end, beside the reports.
type slowRun struct {
	source *uprobe.Latency
	writer slowWriter // nil when no pairs are shown
	out    io.Writer
	stderr io.Writer

	writing sync.Mutex                // held while pairs are written, or a report
	until   atomic.Pointer[time.Time] // which pairs to receive; nil: all, for ever
	ended   chan struct{}             // closed when no more are received
	err     error                     // why, then
}

func newSlowRun(cmd *cobra.Command, l *uprobe.Latency, p *slowPlan) *slowRun {
	r := &slowRun{
		source: l, out: cmd.OutOrStdout(), stderr: cmd.ErrOrStderr(), ended: make(chan struct{}),
	}
	if p.isShown {
		r.writer = p.writer()
	}
	return r
}

// begin begins to write. If pairs cannot be written, the lifetime ends.
func (r *slowRun) begin(l *lifetime) {
	if r.writer == nil {
		close(r.ended)
		return
	}
	go func() {
		defer close(r.ended)
		if r.err = r.receive(); r.err != nil {
			l.end(r.err)
		}
	}()
}

// receive writes pairs until those before the end are written.
func (r *slowRun) receive() error {
	var pair uprobe.SlowPair
	var lines []byte
	for {
		until := r.until.Load()
		err := r.source.Next(&pair)
		isIdle := errors.Is(err, os.ErrDeadlineExceeded)
		switch {
		case isIdle:
		case err != nil:
			return fmt.Errorf("receive slow pairs: %w", err)
		case until != nil && pair.End.Time.After(*until):
			isIdle = true
		default:
			lines = r.writer.append(lines, &pair)
		}
		if len(lines) > 0 && (isIdle || len(lines) >= lineBytes) {
			if err := r.write(lines); err != nil {
				return err
			}
			lines = lines[:0]
		}
		if isIdle && until != nil {
			return nil
		}
	}
}

func (r *slowRun) write(lines []byte) error {
	defer r.pause()()
	_, err := r.out.Write(lines)
	return err
}

// pause keeps pairs from being written until the result is called.
func (r *slowRun) pause() (goOn func()) {
	r.writing.Lock()
	return r.writing.Unlock
}

// finish waits until the pairs that ended before a time are written, and says how many are missing.
func (r *slowRun) finish(at time.Time) error {
	r.until.Store(&at)
	<-r.ended
	if r.err != nil || r.writer == nil {
		return r.err
	}
	unsent, err := r.source.Unsent()
	if err == nil && unsent > 0 {
		warn(r.stderr, "%s not shown, which came faster than they could be written; "+
			"the histogram has them", plural(unsent, "slow pair was", "slow pairs were"))
	}
	return err
}
