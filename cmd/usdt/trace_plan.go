//go:build linux

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A tracePlan says what is traced and how it is written.
type tracePlan struct {
	selection *selection
	probes    []uprobe.Probe // those of the selection, split by types
	options   uprobe.TraceOptions
	format    *format.Format // nil: all arguments
}

// plan returns what the command line asks for.
func (f *traceFlags) plan(cmd *cobra.Command, args []string) (*tracePlan, error) {
	options, err := f.options(cmd.ErrOrStderr())
	if err != nil {
		return nil, err
	}
	given := cmd.Flags().Changed("buffer")
	if given && (f.buffer < 1 || f.buffer > maxTraceBuffer) {
		return nil, usagef("--buffer %d: want 1 to %d MiB", f.buffer, maxTraceBuffer)
	}
	if err := f.captureFlags.check(); err != nil {
		return nil, err
	}
	patterns, parsed, err := f.parseFormat(args)
	if err != nil {
		return nil, err
	}
	sel, err := selectProbes(f.scope, patterns)
	if err != nil {
		return nil, err
	}
	if err := checkWhere(options.Filter, sel.probes...); err != nil {
		return nil, err
	}
	p := &tracePlan{
		selection: sel,
		probes:    byTypes(sel.probes),
		format:    parsed,
		options:   uprobe.TraceOptions{Options: options, BufferBytes: f.buffer << 20},
	}
	p.options.Captures, err = f.captures(p.probes, parsed)
	return p, err
}

// parseFormat separates the format, if there is one, from the patterns.
func (f *traceFlags) parseFormat(
	args []string,
) (patterns []string, parsed *format.Format, err error) {
	text := f.format
	if last := len(args) - 1; text == "" && last >= 0 && strings.Contains(args[last], "%") {
		args, text = args[:last], args[last]
	}
	switch {
	case text == "" && f.bare:
		return nil, nil, usagef("--bare needs a format, such as 'id=%%d name=%%s'")
	case text == "":
		return args, nil, nil
	case f.json:
		return nil, nil, usagef(
			"use either --json or a format, not both; with --json, --str N reads text")
	case len(f.strings)+len(f.byteArgs) > 0:
		return nil, nil, usagef("with a format, use %%s and %%b in place of --str and --bytes")
	}
	parsed, err = format.Parse(text)
	if err != nil {
		return nil, nil, usagef("format: %w", err)
	}
	parsed.Escape = true
	return args, parsed, nil
}

// captured tells for each argument of a probe whether it has a capture.
func (p *tracePlan) captured(probe int) []bool {
	captured := make([]bool, len(p.probes[probe].Args()))
	for _, c := range p.options.Captures[probe] {
		captured[c.Arg] = true
	}
	return captured
}

// byTypes splits each probe into probes whose sites agree in the size and sign of all arguments.
// Two versions of a program, or two places in one, may differ in them, and an event does not tell
// its site.
func byTypes(probes []uprobe.Probe) []uprobe.Probe {
	var split []uprobe.Probe
	for _, p := range probes {
		index := make(map[string]int) // in split, by types
		for _, site := range p.Sites {
			types := argTypes(site)
			i, known := index[types]
			if !known {
				i = len(split)
				index[types] = i
				split = append(split, uprobe.Probe{Provider: p.Provider, Name: p.Name})
			}
			split[i].Sites = append(split[i].Sites, site)
		}
	}
	return split
}

func argTypes(site uprobe.Site) string {
	types := ""
	for _, a := range operand.Parse(site.Note) {
		types += fmt.Sprintf("%d%t ", a.Size, a.Signed)
	}
	return types
}
