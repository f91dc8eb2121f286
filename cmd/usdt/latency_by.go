package main

import (
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A pairGrouping says how the times between two probes are grouped.
type pairGrouping struct {
	grouping
	isOfEnd bool // by an argument of the end, not of the start
}

// grouping returns how the times are grouped: by the argument of the start if it has one that is
// meant, otherwise by that of the end.
func (f *latencyFlags) grouping(start, end uprobe.Probe) (by pairGrouping, err error) {
	by.grouping.arg = f.by
	if f.by == noArgument {
		return by, nil
	}
	of := start
	if !f.hasBy(start) {
		of, by.isOfEnd = end, true
	}
	if !f.hasBy(of) {
		return by, usagef("--by %s: neither %s nor %s has that argument", f.by.String(),
			printable.Text(start.String()), printable.Text(end.String()))
	}
	by.grouping, err = groupBy(f.by, f.isByText(of), of)
	return by, err
}

// hasBy reports whether all sites of a probe have the argument to group by.
func (f *latencyFlags) hasBy(p uprobe.Probe) bool {
	return !slices.ContainsFunc(p.Sites, func(s uprobe.Site) bool {
		place, err := s.Place(uprobe.Argument(f.by))
		return err != nil || place >= len(s.Args())
	})
}

// isByText reports whether the user says that the argument to group by points to text.
func (f *latencyFlags) isByText(p uprobe.Probe) bool {
	return !slices.ContainsFunc(p.Sites, func(s uprobe.Site) bool {
		place, err := s.Place(uprobe.Argument(f.by))
		return err != nil || !f.strings.mean(s, place)
	})
}

// checkPointed reports an argument that --str or --bytes name and of which the text is not wanted.
func (f *latencyFlags) checkPointed(by pairGrouping) error {
	switch {
	case f.slower != 0:
		return nil // what is shown uses them
	case len(f.byteArgs) > 0:
		return usagef("--bytes %s: only pairs that are shown have bytes; give --slower, too",
			f.byteArgs.String())
	case len(f.strings) > 0 && !by.isText:
		return usagef("--str %s: name the argument of --by, or give --slower, too",
			f.strings.String())
	}
	return nil
}
