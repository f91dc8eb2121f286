//go:build linux

package main

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/catalog"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/provider"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// describeFlags are the flags of usdt describe.
type describeFlags struct {
	scope    scope
	types    typeFiles
	markdown bool
}

func newDescribeCommand() *cobra.Command {
	var f describeFlags
	cmd := &cobra.Command{
		Use:   "describe {-p PID | --all | FILE...} [PROVIDER:PROBE...]",
		Short: "Write what is known of probes, for --types or as a table",

		DisableFlagsInUseLine: true,
		Long: `Write the probes of a process, of all processes, or of executables and libraries as a
description: a file in DTrace's syntax of providers with the names and types of their arguments,
which --types reads. Of arguments that nobody has described, it has the size and the sign.

With --markdown, write a table for people. The wildcards * and ? in PROVIDER:PROBE choose probes.`,
		Example: `  usdt describe -p 1234 'shop:*' > shop.d
  usdt describe /usr/bin/python3
  usdt describe ./shop --markdown`,
		RunE: f.describe,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, toComplete string,
		) ([]cobra.Completion, cobra.ShellCompDirective) {
			if f.scope.isZero() {
				return nil, cobra.ShellCompDirectiveDefault // files
			}
			return completeProbes(cmd, args, toComplete)
		},
	}
	flags := cmd.Flags()
	f.scope.addFlags(cmd, "describe")
	flags.BoolVar(&f.markdown, "markdown", false, "write a table in Markdown")
	f.types.addFlags(cmd)
	return cmd
}

// describe carries out the command.
func (f *describeFlags) describe(cmd *cobra.Command, args []string) error {
	files, texts := filesAndPatterns(args)
	if len(texts) == 0 {
		texts = []string{"*:*"}
	}
	patterns, err := parsePatterns(texts)
	if err != nil {
		return err
	}
	v, failed := f.inventory(files)
	if v == nil {
		return failed
	}
	if err := v.checkMatched(patterns); err != nil {
		if failed != nil {
			return failed // which may be why
		}
		return err
	}
	known := v.signatures(patterns)
	for _, err := range slices.Concat(v.unread, v.descriptions.tell()) {
		warn(cmd.ErrOrStderr(), "%v", err)
	}
	if f.markdown {
		_, err = io.WriteString(cmd.OutOrStdout(), signature.Markdown(known))
		return errors.Join(failed, err)
	}
	text, left := provider.Write(known)
	warnUnwritable(cmd.ErrOrStderr(), left)
	_, err = io.WriteString(cmd.OutOrStdout(), text)
	return errors.Join(failed, err)
}

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

// filesAndPatterns tells arguments apart: a pattern has a colon, and no slash.
func filesAndPatterns(args []string) (files, patterns []string) {
	for _, arg := range args {
		if strings.Contains(arg, ":") && !strings.Contains(arg, "/") {
			patterns = append(patterns, arg)
		} else {
			files = append(files, arg)
		}
	}
	return files, patterns
}

// inventory reads the processes or the files. Its error can be about some of the files only.
func (f *describeFlags) inventory(paths []string) (*inventory, error) {
	if len(paths) == 0 {
		return takeInventory(f.scope, &f.types)
	}
	if !f.scope.isZero() {
		return nil, usagef("use either files or processes, not both")
	}
	reader, err := startReader()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	known, err := f.types.open(reader)
	if err != nil {
		return nil, err
	}
	v := &inventory{files: paths, descriptions: known}
	var failed []error
	for _, path := range paths {
		file, err := readListedFile(reader, path)
		failed = append(failed, err)
		v.objects = append(v.objects, process.Object{
			Path: path, Notes: file.Notes, Signatures: file.Signatures, Unsigned: file.Unsigned,
		})
	}
	return v, errors.Join(failed...)
}

// signatures returns what is known of the probes that match, of each once, sorted by name.
func (v *inventory) signatures(patterns patternList) []signature.Signature {
	found := make(map[probeName]*signature.Signature)
	var undescribed []signature.Signature
	for _, o := range v.objects {
		for _, n := range o.Notes {
			name := nameOf(n)
			if found[name] != nil || !patterns.match(name) {
				continue
			}
			if o.Unsigned {
				v.descriptions.unsigned(o.Path)
			}
			if s := v.descriptions.of(n, o.Signatures); s != nil {
				found[name] = s
			} else {
				undescribed = append(undescribed, catalog.FromNote(n))
			}
		}
	}
	for i := range undescribed {
		s := &undescribed[i]
		if name := (probeName{s.Provider, s.Probe}); found[name] == nil {
			found[name] = s
		}
	}
	var all []signature.Signature
	for _, s := range found {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b signature.Signature) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Probe, b.Probe))
	})
	return all
}
