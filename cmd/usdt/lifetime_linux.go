package main

import "github.com/spf13/cobra"

// start begins the lifetime once the probes of the selection are attached, and says so: the hits
// from then on count. The caller closes the lifetime.
func (f *commonFlags) start(cmd *cobra.Command, sel *selection) *lifetime {
	stderr := cmd.ErrOrStderr()
	sel.warnRefused(stderr)
	l := begin(cmd, len(sel.probes), sel.scope.String(), f.duration)
	l.watchers.Go(func() { sel.watchReload(l, stderr) })
	if pid := sel.scope.pid; pid != 0 {
		l.watchers.Go(func() {
			if awaitExit(l, pid) {
				l.end(processEnded(pid))
			}
		})
	}
	return l
}
