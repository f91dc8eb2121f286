package command

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/provider"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// describeFlags are the flags of usdt describe.
type describeFlags struct {
	scope    scope
	types    typeFiles
	at       at
	output   output
	markdown bool
}

func newDescribeCommand() *cobra.Command {
	var f describeFlags
	cmd := &cobra.Command{
		Use:   "describe {-p PID | --all | --at ADDRESS | FILE...} [PROVIDER:PROBE...]",
		Short: "Write what is known of probes, for --types or as a table",

		DisableFlagsInUseLine: true,
		Long: `Write the probes of a process, of all processes, or of executables and libraries as a
description: a file in DTrace's syntax of providers with the names and types of their arguments,
which --types reads. Of arguments that nobody has described, it has the size and the sign.

With --markdown, write a table for people. The wildcards * and ? in PROVIDER:PROBE choose probes.
` + atHelp,
		Example: `  usdt describe -p 1234 'shop:*' > shop.d
  usdt describe /usr/bin/python3
  usdt describe ./shop --markdown
  usdt describe --at http://localhost:6060 > shop.d`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.at != "" {
				return f.describeAt(cmd, args)
			}
			return f.describeKernel(cmd, args)
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, toComplete string,
		) ([]cobra.Completion, cobra.ShellCompDirective) {
			if f.scope.isZero() && f.at == "" {
				return nil, cobra.ShellCompDirectiveDefault // files
			}
			return completeProbes(cmd, args, toComplete)
		},
	}
	flags := cmd.Flags()
	f.scope.addFlags(cmd, "describe")
	flags.BoolVar(&f.markdown, "markdown", false, "write a table in Markdown")
	f.output.addFlags(cmd)
	f.at.addFlags(cmd)
	f.types.addFlags(cmd)
	return cmd
}

// describedPatterns are all probes if the command line has no pattern.
func describedPatterns(texts []string) (patternList, error) {
	if len(texts) == 0 {
		texts = []string{"*:*"}
	}
	return parsePatterns(texts)
}

// write writes what is known of the probes, sorted by name.
func (f *describeFlags) write(cmd *cobra.Command, known declared) error {
	known.warnDiffered(cmd.ErrOrStderr())
	if err := f.output.open(cmd); err != nil {
		return err
	}
	if f.markdown {
		_, err := io.WriteString(cmd.OutOrStdout(), signature.Markdown(known.sorted()))
		return err
	}
	text, left := provider.Write(known.sorted())
	warnUnwritable(cmd.ErrOrStderr(), left)
	_, err := io.WriteString(cmd.OutOrStdout(), text)
	return err
}

// maxTold bounds what a hostile process can make usdt tell.
const maxTold = 8

// warnUnwritable says which probes are not in the description.
func warnUnwritable(stderr io.Writer, left []signature.Signature) {
	for _, s := range left[:min(len(left), maxTold)] {
		warn(stderr, "%s has a name that a description cannot have",
			printable.Text(s.Provider+":"+s.Probe))
	}
	if more := len(left) - maxTold; more > 0 {
		warn(stderr, "the same holds for %s", plural(more, "other probe", "other probes"))
	}
}
