// Package command is the command usdt: its command line, which processes and probes it selects, and
// what it writes. The program is cmd/usdt.
package command

import (
	"context"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/export/front"
)

// Main is what the program usdt does: it carries out its command line and ends the process. What it
// calls its version is the first argument or, if this is empty, what the go command has put into
// the program. The front, unless nil, serves and sends for usdt export.
func Main(programVersion string, f front.Front) {
	version, exportFront = programVersion, f
	os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out one command line and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if cmd == root && !strings.HasPrefix(args[0], "-") {
			return noSuchCommand(root, args) // so the flags may well be right
		}
		return err
	})
	err := root.ExecuteContext(ctx)
	report(stderr, err)
	return exitStatus(err)
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "usdt",
		Short: "See and trace the USDT probes of any process",
		Long: `See and trace the USDT (stapsdt) probes of any process, whatever its language.

Exit status: 0 on success, 1 on a failure, 2 when the command line is wrong; that of the command
that usdt starts, 126 if it cannot be executed, 127 if there is none.`,
		Version:                    moduleVersion(),
		SilenceUsage:               true,
		SilenceErrors:              true,
		Args:                       noSuchCommand,
		SuggestionsMinimumDistance: 2,
		RunE:                       showHelp,
	}
	root.AddCommand(
		newListCommand(),
		newDescribeCommand(),
		newTraceCommand(),
		newCountCommand(),
		newHistCommand(),
		newLatencyCommand(),
		newTimelineCommand(),
		newEmbedCommand(),
		newDemoCommand(),
		newDemoServerCommand(),
		newVersionCommand(),
		newManCommand(),
	)
	root.AddCommand(kernelCommands()...)
	distinguishFailures(root)
	refuseUnknownTopics(root)
	return root
}

func showHelp(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// noSuchCommand reports arguments of usdt itself: they are no commands.
func noSuchCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if similar := root.SuggestionsFor(args[0]); len(similar) > 0 {
		return usagef("unknown command %q; did you mean %s?",
			args[0], strings.Join(similar, " or "))
	}
	return usagef("unknown command %q; see usdt help", args[0])
}

// refuseUnknownTopics makes cobra's own commands report arguments that they do not know, as the
// other commands do.
func refuseUnknownTopics(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = func(_ *cobra.Command, topic []string) error {
				if _, rest, err := root.Find(topic); err != nil || len(rest) > 0 {
					return usagef("no help on %q; see usdt help", strings.Join(topic, " "))
				}
				return nil
			}
		case "completion":
			cmd.RunE = showHelp // its Args accept none
		}
	}
}
