package command

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/tracing/embed"
)

// embedFlags are the flags of usdt embed.
type embedFlags struct {
	site, from, output string
	print, check       bool
	timeout            time.Duration
}

func newEmbedCommand() *cobra.Command {
	var f embedFlags
	cmd := &cobra.Command{
		Use:   "embed [--site FORM] [--from LIST] [--output FILE | --check | --print] PROGRAM",
		Short: "Write the probes of a Go program into its file",

		DisableFlagsInUseLine: true,
		Long: `Write notes of the probes of a Go program into its file, where every tracer finds them:
before the program runs, and for all its processes. The program must import

  _ "github.com/go-usdt/usdt/stapsdt/static"

To learn which probes the program declares, usdt runs the initialization of its packages, but not
main, in a copy of the program. Probes that are declared later are not in the file; they are
published when they are loaded.

Nothing of what is loaded changes: sections are added at the end of the file. A second embed
replaces the first. Run strip before or after. The file is replaced by one of the same owner, mode
and extended attributes, except file capabilities.

FORM is the instruction at the sites: nop, which every kernel handles; nop5, which Linux 6.18 to 7.1
handles faster, and others slower; or nop10, which Linux 7.2 and later handle faster, and others not
at all.

With --check, write nothing: exit with status 1 and say what differs, if the probes in the file are
not those that the program declares. For a program that this machine cannot run, write what it
declares by --print on a machine that can, also of a build for that machine, and use it by --from.`,
		Example: `  go build -o shop ./cmd/shop && usdt embed shop && usdt list ./shop
  usdt embed --check shop
  usdt embed --print shop.arm64 > shop.json      # on an arm64 machine
  usdt embed --from shop.json shop.arm64         # here`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			form, err := probesite.ParseForm(f.site)
			if err != nil {
				return usagef("--site: %w", err)
			}
			if err := f.run(cmd, args[0], form); err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return nil
		},
		ValidArgsFunction: cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.site, "site", "nop", "the `FORM` of the sites: nop, nop5 or nop10")
	flags.StringVar(&f.from, "from", "", "read from `LIST` what the program declares")
	flags.StringVarP(&f.output, "output", "o", "", "write to `FILE`, and leave PROGRAM as it is")
	flags.BoolVar(&f.print, "print", false, "write what the program declares, for --from")
	flags.BoolVar(&f.check, "check", false, "only compare the file with what the program declares")
	flags.DurationVar(&f.timeout, "timeout", time.Minute, "the most `TIME` for the initialization")
	cmd.MarkFlagsMutuallyExclusive("print", "check", "output")
	cmd.MarkFlagsMutuallyExclusive("print", "from")
	mustComplete(cmd, "site", cobra.FixedCompletions([]cobra.Completion{"nop", "nop5", "nop10"},
		cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (f *embedFlags) run(cmd *cobra.Command, path string, form probesite.Form) error {
	source, err := embed.Read(path)
	if err != nil {
		return err
	}
	program, err := embed.Open(source.Content)
	if err != nil {
		return err
	}
	var list embed.List
	if f.from != "" {
		list, err = f.readList()
	}
	defer catchSignals(cmd)() // a signal leaves neither the copy nor half of the result
	if f.from == "" {
		list, err = f.learn(cmd, program, path)
	}
	if err != nil {
		return err
	}
	if f.print {
		return list.Write(cmd.OutOrStdout())
	}
	result, err := program.Embed(list, form)
	if err != nil {
		return err
	}
	warnOfProbes(cmd.ErrOrStderr(), result)
	if f.check {
		return f.compare(cmd, program, result, path)
	}
	return f.write(cmd, source, result, path)
}

// readList reads what the program declares.
func (f *embedFlags) readList() (embed.List, error) {
	file, err := embed.OpenReadable(f.from)
	if err != nil {
		return embed.List{}, fmt.Errorf("--from: %w", err)
	}
	defer file.Close()
	l, err := embed.ReadList(file)
	if err != nil {
		return l, fmt.Errorf("--from: %s: %w", f.from, err)
	}
	return l, nil
}

// learn runs the program to learn what it declares.
func (f *embedFlags) learn(cmd *cobra.Command, p *embed.Program, path string) (embed.List, error) {
	late := fmt.Errorf("it took more than %v, see --timeout", f.timeout)
	ctx, cancel := context.WithTimeoutCause(cmd.Context(), f.timeout, late)
	defer cancel()
	l, err := p.Declared(ctx, filepath.Dir(path))
	if err != nil && !errors.Is(err, errInterrupted) {
		err = fmt.Errorf("run the program to learn its probes: %w\nor write a list by usdt embed "+
			"--print where it runs, and use it here by --from", err)
	}
	return l, err
}
