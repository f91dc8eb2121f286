package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A tracePlan says what is traced and how it is written.
type tracePlan struct {
	many     bool               // events of several processes can come
	probes   []uprobe.Probe     // split by types
	captures [][]uprobe.Capture // for each probe
	formats  []*format.Format   // of each probe; nil: all arguments
	stacks   stackReader        // nil: without stacks
}

// plan returns how events of the probes are written. parsed is the format, nil if there is none.
func (f *traceFlags) plan(probes []uprobe.Probe, parsed *format.Format) (*tracePlan, error) {
	p, err := f.planLater(probes, parsed)
	if err == nil && parsed == nil {
		err = f.checkUsed(p.probes)
	}
	if err == nil && f.timeline != nil {
		_, _, err = f.timeline.findPairs(p.probes)
	}
	return p, err
}

// planLater is plan for further probes, which need not use all flags.
func (f *traceFlags) planLater(probes []uprobe.Probe, parsed *format.Format) (*tracePlan, error) {
	p := &tracePlan{many: f.scope.isMany(), probes: byTypes(probes)}
	if parsed != nil {
		var err error
		if p.formats, err = bindFormat(parsed, p.probes); err != nil {
			return nil, err
		}
	}
	p.captures = f.captures(p.probes, p.formats)
	return p, nil
}

// writer returns what writes the events.
func (f *traceFlags) writer(p *tracePlan) eventWriter {
	switch {
	case f.timeline != nil:
		f.timeline.events = newTimelineEvents(p, f.timeline)
		return f.timeline.events
	case f.json:
		return newJSONEvents(p)
	}
	return newTextEvents(p, f.bare)
}

// bindFormat returns the format for each of the probes.
func bindFormat(parsed *format.Format, probes []uprobe.Probe) ([]*format.Format, error) {
	var formats []*format.Format
	for _, p := range probes {
		bound, err := parsed.Bind(formattedSite{p.Sites[0]})
		if err == nil {
			err = bound.Check(len(p.Args()))
		}
		if err != nil {
			return nil, usagef("format for %s: %w", printable.Text(p.String()), err)
		}
		formats = append(formats, bound)
	}
	return formats, nil
}

// A formattedSite is a site as a format sees it.
type formattedSite struct{ uprobe.Site }

func (s formattedSite) Named(name string) (format.Argument, error) {
	place, err := place(s.Site, uprobe.Argument{Name: name})
	return s.At(place), err
}

func (s formattedSite) At(place int) format.Argument {
	a := format.Argument{Place: place}
	p := s.Signature.At(place)
	if p == nil || p.Place != place {
		return a
	}
	switch p.Type.Kind {
	case signature.Pointer: // there may be text
	case signature.String:
		a.Kind = format.String
	case signature.Text:
		a.Kind, a.Sized = format.String, true
	case signature.Bytes:
		a.Kind = format.Bytes
	default:
		a.NoText = printable.Text(fmt.Sprintf("%s (%s)", p.Label(), p.Type.Name))
	}
	return a
}

// check checks the flags, and separates the format, nil if there is none, from the patterns. The
// buffer may have so many MiB.
func (f *traceFlags) check(
	cmd *cobra.Command, args []string, maxBuffer int,
) (patterns []string, parsed *format.Format, err error) {
	given := cmd.Flags().Changed("buffer")
	if given && (f.buffer < 1 || f.buffer > maxBuffer) {
		return nil, nil, usagef("--buffer %d: want 1 to %d MiB", f.buffer, maxBuffer)
	}
	if err := f.captureFlags.check(); err != nil {
		return nil, nil, err
	}
	return f.parseFormat(args)
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
	parsed.Escape = printable.AppendEscaped
	return args, parsed, nil
}

// byTypes splits each probe into probes whose sites agree in the signature, and in the size and
// sign of all arguments. Two versions of a program, or two places in one, may differ in them, and
// an event does not tell its site.
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
	if site.Signature != nil {
		types = fmt.Sprint(site.Signature.Params)
	}
	for _, a := range site.Args() {
		types += fmt.Sprintf("%d%t%t ", a.Size, a.Signed, a.Float)
	}
	return types
}
