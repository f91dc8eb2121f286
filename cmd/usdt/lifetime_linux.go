package main

import (
	"io"
	"sync/atomic"

	"github.com/spf13/cobra"
)

// start begins the lifetime once the probes of the selection are attached, and says so: the hits
// from then on count. The caller closes the lifetime.
func (f *commonFlags) start(cmd *cobra.Command, sel *selection) *lifetime {
	stderr := cmd.ErrOrStderr()
	sel.warnRefused(stderr)
	l := begin(cmd, len(sel.probes), sel.scope.String(), f.duration)
	l.watchers.Go(func() { sel.watchReload(l, stderr) })
	l.endWith(sel.scope.pids, stderr)
	return l
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
