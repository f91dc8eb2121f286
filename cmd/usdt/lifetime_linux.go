package main

import (
	"errors"
	"io"
	"sync/atomic"

	"github.com/spf13/cobra"
)

// errCommandEnded is the cause of the end of a lifetime that has ended with the command.
var errCommandEnded = errors.New("the command has ended")

// start begins the lifetime once the probes of the selection are attached, and says so: the hits
// from then on count. The caller closes the lifetime.
func (f *commonFlags) start(cmd *cobra.Command, sel *selection) (*lifetime, error) {
	stderr := cmd.ErrOrStderr()
	sel.warnRefused(stderr)
	l := begin(cmd, len(sel.probes), sel.scope.String(), f.duration)
	l.watchers.Go(func() { sel.watchReload(l, stderr) })
	if f.scope.command == nil {
		l.endWith(sel.scope.pids, stderr)
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

// endWith ends the lifetime when all of the processes have ended, if there are any. It tells of the
// end of each of the others.
func (l *lifetime) endWith(pids []int, stderr io.Writer) {
	var left atomic.Int64
	left.Store(int64(len(pids)))
	for _, pid := range pids {
		l.watchers.Go(func() {
			switch {
			case !awaitExit(l, pid):
			case left.Add(-1) == 0:
				l.end(processEnded(pid))
			default:
				warn(stderr, "%v; tracing goes on in %s", processEnded(pid),
					plural(int(left.Load()), "other", "others"))
			}
		})
	}
}
