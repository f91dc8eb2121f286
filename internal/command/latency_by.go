package command

import (
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// grouping returns how the times are grouped: by the arguments of the start if it has those that
// are meant, otherwise by those of the end. What every hit has is of the start.
func (f *latencyFlags) grouping(start, end uprobe.Probe) (g grouping, err error) {
	for _, a := range f.by {
		if isOfHit(a) {
			g = append(g, byOfHit(a))
			continue
		}
		of, isOfEnd := sideOf(a, start, end)
		if !hasArgument(of, a) {
			return nil, usagef("--by %s: neither %s nor %s has that argument", a.String(),
				printable.Text(start.String()), printable.Text(end.String()))
		}
		by, err := groupBy("--by", a, pointToText(a, f.strings, of), of)
		if err != nil {
			return nil, err
		}
		by.isOfEnd = isOfEnd
		g = append(g, by)
	}
	return g, nil
}

// sideOf returns the start if it has the argument, otherwise the end.
func sideOf(a argument, start, end uprobe.Probe) (side uprobe.Probe, isEnd bool) {
	if hasArgument(start, a) {
		return start, false
	}
	return end, true
}

// hasArgument reports whether all sites of a probe have an argument.
func hasArgument(p uprobe.Probe, a argument) bool {
	return !slices.ContainsFunc(p.Sites, func(s uprobe.Site) bool {
		place, err := s.Place(uprobe.Argument(a))
		return err != nil || place >= len(s.Args())
	})
}

// checkPointed reports an argument that --str or --bytes name and of which the text is not wanted.
func (f *latencyFlags) checkPointed(start, end uprobe.Probe) error {
	unused := f.strings.outside(f.by, func(a argument) []uprobe.Probe {
		side, _ := sideOf(a, start, end)
		return []uprobe.Probe{side}
	})
	switch {
	case f.slower != 0:
		return nil // what is shown uses them
	case len(f.byteArgs) > 0:
		return usagef("--bytes %s: only pairs that are shown have bytes; give --slower, too",
			f.byteArgs.String())
	case unused != nil:
		return usagef("--str %s: name an argument of --by, or give --slower, too", unused.text)
	}
	return nil
}
