//go:build linux

package command

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/script"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// scriptFlags are the flags of usdt script.
type scriptFlags struct {
	pids         pidList
	tool         string
	types        typeFiles
	texts, bytes pointedFlag // arguments that point to text, and to bytes
}

func newScriptCommand() *cobra.Command {
	tools := script.Tools()
	var f scriptFlags
	cmd := &cobra.Command{
		Use:   "script -p PID PROVIDER:PROBE --tool " + strings.Join(tools, "|"),
		Short: "Print a script that traces a probe with another tool",
		Long: `Print a script that traces a probe with bpftrace, bcc, perf or gdb, by a path that every
version of that tool understands. The script prints a line for each hit until it is
interrupted; the script for perf prints all lines at the end. What a tool does not read of the
probe is said in a comment and on standard error.

Arguments that are described have their names, and text and bytes are read as far as the tool
can. The script is for sh, except that the script for bcc is for Python.`,
		Example: `  usdt script -p 1234 shop:order --tool bpftrace | sudo sh
  usdt script -p 1234 shop:order --tool bcc > order.py && sudo /usr/bin/python3 order.py`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.print(cmd, args[0])
		},
		ValidArgsFunction: completeProbes,
	}
	flags := cmd.Flags()
	flags.VarP(&f.pids, "pid", "p", "the process that has the probe: `PID`")
	flags.StringVar(&f.tool, "tool", "", "print a script for `TOOL`: "+strings.Join(tools, ", "))
	f.types.addFlags(cmd)
	flags.Var(&f.texts, "str", strHelp)
	flags.Var(&f.bytes, "bytes", bytesHelp)
	for _, name := range []string{"pid", "tool"} {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // no such flag
		}
	}
	mustComplete(cmd, "pid", completePIDs)
	mustComplete(cmd, "tool", cobra.FixedCompletions(tools, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// print carries out the command for PROVIDER:PROBE.
func (f *scriptFlags) print(cmd *cobra.Command, name string) error {
	if tools := script.Tools(); !slices.Contains(tools, f.tool) {
		return usagef("--tool %q is none of %s", f.tool, strings.Join(tools, ", "))
	}
	if !isLiteral(name) {
		return usagef("%q is not PROVIDER:PROBE; a script traces one probe", name)
	}
	if len(f.pids) != 1 {
		return usagef("--pid %v: a script traces one process", &f.pids)
	}
	sel, err := selectProbes(scope{pids: f.pids}, f.types, []string{name})
	if err != nil {
		return err
	}
	sel.warnRefused(cmd.ErrOrStderr())
	for _, err := range sel.probes[0].Obstacles() {
		if err != nil {
			warn(cmd.ErrOrStderr(), "%v", err)
		}
	}
	p := sel.scripted()
	if err := f.setKinds(&p, sel.probes[0].Sites[0]); err != nil {
		return err
	}
	text, err := script.Write(f.tool, p)
	if err != nil {
		return err
	}
	for _, lack := range script.Lacks(text) {
		warn(cmd.ErrOrStderr(), "%s", lack)
	}
	_, err = io.WriteString(cmd.OutOrStdout(), text)
	return err
}

// scripted describes the only probe of the selection for a script.
func (s *selection) scripted() script.Probe {
	first := s.objects[0].Notes[0]
	p := script.Probe{PID: s.scope.pids[0], Provider: first.Provider, Name: first.Name}
	for _, o := range s.objects {
		file := script.File{Path: o.Path}
		for _, n := range o.Notes {
			file.Sites = append(file.Sites, script.Site{Note: n, Addresses: o.Addresses(n)})
		}
		p.Files = append(p.Files, file)
	}
	for _, a := range operand.Resolve(first, s.objects[0].Symbols) {
		p.Args = append(p.Args, script.Arg{Arg: a})
	}
	p.Describe(s.probes[0].Sites[0].Signature)
	return p
}

// setKinds marks the arguments that the flags say point to text or bytes.
func (f *scriptFlags) setKinds(p *script.Probe, s uprobe.Site) error {
	has := fmt.Sprintf("%v has %s, the first is 0", p, plural(len(p.Args), "argument", "arguments"))
	for _, t := range f.texts {
		place, err := f.place(s, t)
		switch {
		case err != nil:
			return usagef("--str %s: %w", t.text, err)
		case place >= len(p.Args):
			return usagef("--str %s: %s", t.text, has)
		case !t.isKnown(s, false):
			p.Args[place].Kind = script.Text
		}
	}
	for _, t := range f.bytes {
		place, err := f.place(s, t)
		switch {
		case err != nil:
			return usagef("--bytes %s: %w", t.text, err)
		case place+1 >= len(p.Args):
			return usagef("--bytes %s: %s, and the number of bytes comes after them", t.text, has)
		case !script.ReadsBytes(f.tool):
			return usagef("--bytes %s: %s cannot read as many bytes as an argument says; "+
				"try --tool bpftrace", t.text, f.tool)
		case !t.isKnown(s, true):
			p.Args[place].Kind = script.Bytes
		}
	}
	return nil
}

// place returns the number of an argument that a flag names.
func (f *scriptFlags) place(s uprobe.Site, p pointed) (int, error) {
	if p.pattern != nil && !p.pattern.matches(nameOf(s.Note)) {
		return 0, fmt.Errorf("the script is for %s", printable.Text(nameOf(s.Note).String()))
	}
	return place(s, p.arg)
}
