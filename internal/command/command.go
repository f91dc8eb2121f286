package command

import (
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// A tracedCommand is the command that a command line ends with: usdt starts it, traces it, and ends
// with it.
type tracedCommand struct {
	args   []string // the first is its name
	path   string   // where it was found
	stderr io.Writer
	launched
}

// commandHelp is what help says of it.
const commandHelp = `
With -- COMMAND ARG..., usdt starts the command and traces it: from its first instruction on where
the probes are in its file, in a library that it names or in a script's interpreter, in a program
that it names, as env(1) does, or in a file named by --file; otherwise, as with probes of this
library, some milliseconds after they have appeared. It has the input and outputs of usdt and,
under sudo, the user who called sudo. usdt ends with it, and has its exit status, or 128 and the
number of the signal that ended it, unless usdt itself fails. What a terminal sends to both, such
as Ctrl-C, usdt leaves to the command, and passes the first SIGTERM on to it.
`

// mayStart lets the command line of cmd end with -- COMMAND ARG...
func (f *commonFlags) mayStart(cmd *cobra.Command) {
	f.scope.mayStart = true
	check, run, complete := cmd.Args, cmd.RunE, cmd.ValidArgsFunction
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if own, _ := cutAtDash(cmd, args); check != nil {
			return check(cmd, own)
		}
		return nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		own, words := cutAtDash(cmd, args)
		if words == nil {
			return run(cmd, own)
		}
		if err := f.checkCommand(words); err != nil {
			return err
		}
		if flag := cmd.Flags().Lookup("interval"); flag != nil && !flag.Changed {
			_ = cmd.Flags().Set(flag.Name, "0") // the terminal is the command's
		}
		f.scope.command = &tracedCommand{args: words, stderr: cmd.ErrOrStderr()}
		return f.scope.command.end(run(cmd, own))
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, toComplete string,
	) ([]cobra.Completion, cobra.ShellCompDirective) {
		if slices.Contains(os.Args, "--") { // cobra does not tell, as it adds one itself
			return nil, cobra.ShellCompDirectiveDefault // files
		}
		cmd.Args = check
		return complete(cmd, args, toComplete)
	}
}

// cutAtDash returns the arguments before and behind a --. Without one, there is nil behind.
func cutAtDash(cmd *cobra.Command, args []string) (own, words []string) {
	n := cmd.ArgsLenAtDash()
	if n < 0 || n > len(args) {
		return args, nil
	}
	return args[:n:n], append([]string{}, args[n:]...)
}

func (f *commonFlags) checkCommand(words []string) error {
	switch {
	case len(words) == 0:
		return usagef("which command? -- comes before the one to start and trace")
	case f.at != "":
		return usagef("use either --at or a command, not both: a program that is asked runs already")
	}
	return nil
}

// String returns the name of the command.
func (c *tracedCommand) String() string { return printable.Text(filepath.Base(c.args[0])) }

// A statusError is an error for which usdt ends with that exit status.
type statusError struct {
	error
	status int
}

func (e statusError) Unwrap() error { return e.error }

// toldError is an error that was reported already.
type toldError struct{ error }

func (e toldError) Unwrap() error { return e.error }
