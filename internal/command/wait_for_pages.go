package command

import "github.com/spf13/cobra"

// waitForPages is whether a hit waits for memory that is not there.
type waitForPages bool

// waitForPagesHelp says what the flag does and risks.
const waitForPagesHelp = `
Only memory that is there is read. What is in a page that the process has not touched yet, or
that is swapped out, cannot be read. The texts of this library's probes are there, because the
program has just copied them. With -p, --wait-for-pages makes a hit wait until the page has come.
Take it only for programs that you trust: a page may never come, from userfaultfd(2) or from a
file system that does not answer (FUSE, NFS). Then the traced program stands still, usdt cannot
be ended, not even by SIGKILL, and no tracer of this machine can attach or detach, until the
traced program is killed.

`

func (w *waitForPages) addFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar((*bool)(w), "wait-for-pages", false,
		"wait for memory that is not there, which can hang all tracers")
}
