package command

import "github.com/spf13/cobra"

// listFlags are the flags of usdt list.
type listFlags struct {
	scope                scope
	asJSON, raw, verbose bool
	types                typeFiles
	at                   at
	output               output
}

func newListCommand() *cobra.Command {
	var f listFlags
	cmd := &cobra.Command{
		Use:   "list [-p PID | --all | --at ADDRESS | FILE...]",
		Short: "List the probes of processes or files",

		DisableFlagsInUseLine: true,
		Long: `List the probes of a process, of all processes, or of executables and libraries.

The probes of a process are those of all files that it has mapped to execute, including files
that are deleted, in memory, or in containers. Without arguments, usdt lists all processes.

The columns are: the probe; its signature, which is the names and types of its arguments, if they
are known; otherwise, or with --raw, its arguments as SIZE@LOCATION, with a negative SIZE for
signed ones; the file with the probe, or a path that leads to the file when it is deleted or in
memory; the address of the probe in the process (of a file: as linked), with +1 if the file is
mapped once more, as images of this library are; and whether a tracer is attached to the probe. A
narrow terminal shows fewer columns. Text of more than 200 characters is cut, and the titles come
again after every 4096 probes. With --json there is one line for each probe, with all its text, in
which "path" is the path to give to other tracers, "addresses" are those in the process, "address"
and "semaphore" are as linked in the file, "arguments" is what the note says, and "signature",
"parameters" and "description", if there are any, what the file says.

Hostile processes and file systems can make a listing incomplete, but not hold it up: a process
can fill only a part of it, and a file system that does not answer is left out after some
seconds. What is missing is said.
` + scopeHelp + atHelp,
		Example: `  usdt list -p 1234
  usdt list --comm shop --user "$USER"
  usdt list --exe ./shop --children
  usdt list /usr/bin/python3
  sudo usdt list --all --json | jq -r 'select(.traced) | .probe'
  usdt list --at http://localhost:6060`,
		RunE: func(cmd *cobra.Command, files []string) error {
			if f.at != "" {
				return f.listAt(cmd, files)
			}
			return f.listKernel(cmd, files)
		},
	}
	f.scope.addFlags(cmd, "list")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "write JSON, one line for each probe")
	cmd.Flags().BoolVar(&f.raw, "raw", false, "show the arguments of all probes as SIZE@LOCATION")
	cmd.Flags().BoolVarP(&f.verbose, "verbose", "v", false, "also show what the probes mean")
	f.output.addFlags(cmd)
	f.at.addFlags(cmd)
	f.types.addFlags(cmd)
	return cmd
}

func yesNo(b *bool) string {
	switch {
	case b == nil:
		return "?"
	case *b:
		return "yes"
	}
	return "no"
}

// paramJSON is an argument as people see it. It is in arguments[place] and, if it has a length, in
// the next one.
type paramJSON struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Place  int    `json:"place"`
	Places int    `json:"places"`
}
