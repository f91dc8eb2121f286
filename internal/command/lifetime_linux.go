package command

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// errCommandEnded is the cause of the end of a lifetime that has ended with the command.
var errCommandEnded = errors.New("the command has ended")

// start begins the lifetime once the probes of the selection are attached, and says so: the hits
// from then on count. The caller closes the lifetime.
func (f *commonFlags) start(cmd *cobra.Command, sel *selection) (*lifetime, error) {
	stderr := cmd.ErrOrStderr()
	sel.warnRefused(stderr)
	l := begin(cmd, len(sel.probes), sel.scope.String(), f.duration)
	l.watchers.Go(func() { sel.follower.follow(l, stderr) })
	if f.scope.command == nil {
		l.endWith(sel, stderr)
		return l, nil
	}
	if err := l.runCommand(f.scope.command); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// runCommand runs the command, whose end ends the lifetime.
func (l *lifetime) runCommand(c *tracedCommand) error {
	if l.interrupted() {
		return errInterrupted
	}
	if err := c.run(); err != nil {
		return err
	}
	l.watchers.Go(func() {
		select {
		case <-c.ended:
			l.end(errCommandEnded)
		case <-l.Done():
		}
	})
	return nil
}

// endWith ends the lifetime when the processes have ended that the command line names, with their
// descendants if these are traced, too. It tells of the end of each of the others. Processes that
// are described can come again.
func (l *lifetime) endWith(sel *selection, stderr io.Writer) {
	pids := sel.scope.pids
	var left atomic.Int64
	left.Store(int64(len(pids)))
	for _, pid := range pids {
		l.watchers.Go(func() {
			switch {
			case !awaitExit(l, pid):
			case left.Add(-1) > 0:
				warn(stderr, "%v; tracing goes on in %s", processEnded(pid),
					plural(int(left.Load()), "other", "others"))
			case sel.scope.describes():
				warn(stderr, "%v; usdt waits for others with %s", processEnded(pid),
					printable.Text(sel.scope.flag()))
			default:
				l.endAfter(sel.follower.members, pid)
			}
		})
	}
}

// endAfter ends the lifetime when no member is left after a process that has ended.
func (l *lifetime) endAfter(m *members, pid int) {
	for next := m.living(); next != 0; next = m.living() {
		if !awaitExit(l, next) {
			return
		}
		pid = next
	}
	l.end(processEnded(pid))
}
