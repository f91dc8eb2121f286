package main

import (
	"errors"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// countFlags are the flags of usdt count.
type countFlags struct {
	aggregateFlags
	by      byFlag
	strings pointedFlag
	stats   statsFlags
	rows    rowFlags
}

// byFlag is a list of what hits are counted by: arguments, pid, tid and comm.
type byFlag []argument

// ofHit are those that every hit has.
var ofHit = []uprobe.Argument{uprobe.Process, uprobe.Thread, uprobe.Command}

func (f *byFlag) Set(list string) error {
	for text := range strings.SplitSeq(list, ",") {
		parsed, ok := parseArgument(text)
		for _, special := range ofHit {
			if text == special.String() {
				parsed = special
			}
		}
		switch a := argument(parsed); {
		case !ok:
			return errors.New("want names of arguments, or their numbers from 0, or pid, tid, comm, " +
				"separated by commas")
		case slices.Contains(*f, a):
			return errors.New(a.label() + " is named twice")
		default:
			*f = append(*f, a)
		}
	}
	return nil
}

func (f *byFlag) String() string {
	var names []string
	for _, a := range *f {
		names = append(names, uprobe.Argument(a).String())
	}
	return strings.Join(names, ",")
}

func (f *byFlag) Type() string { return "list" }

// A countKey is one of the values by which hits are counted.
type countKey struct {
	grouping
	isOfHit bool // not an argument
}

// keys returns what hits are counted by.
func (f *countFlags) keys(probes []uprobe.Probe) ([]countKey, error) {
	var keys []countKey
	used := false
	for _, a := range f.by {
		if slices.Contains(ofHit, uprobe.Argument(a)) {
			isText := uprobe.Argument(a) == uprobe.Command
			keys = append(keys, countKey{grouping{arg: a, isText: isText}, true})
			continue
		}
		isText := f.pointsToText(a, probes)
		by, err := groupBy(a, isText, probes...)
		if err != nil {
			return nil, err
		}
		used = used || isText
		keys = append(keys, countKey{by, false})
	}
	if len(f.strings) > 0 && !used {
		return nil, usagef("--str %s: name an argument of --by", f.strings.String())
	}
	return keys, nil
}

// pointsToText reports whether the user says so of an argument.
func (f *countFlags) pointsToText(a argument, probes []uprobe.Probe) bool {
	for _, p := range probes {
		for _, site := range p.Sites {
			place, err := site.Place(uprobe.Argument(a))
			if err != nil || !f.strings.mean(site, place) {
				return false
			}
		}
	}
	return true
}

// engineKeys returns the keys as the engine has them.
func engineKeys(keys []countKey) []uprobe.By {
	by := make([]uprobe.By, len(keys))
	for i, k := range keys {
		by[i] = uprobe.By{Argument: uprobe.Argument(k.arg), Text: k.isText && !k.isOfHit}
	}
	return by
}

// newCountRow returns the row of a probe with some values.
func newCountRow(p uprobe.Probe, keys []countKey, values []uprobe.KeyValue) countRow {
	row := countRow{probe: p, values: values}
	var all []any
	for i, v := range values {
		g := uprobe.Group{By: v.Int, Text: v.Text}
		row.key += " " + keys[i].arg.label() + "=" + keys[i].text(g)
		if v.IsCut {
			row.key += "…"
			row.isCut = true
		}
		all = append(all, keys[i].json(g))
	}
	if row.by = any(all); len(all) == 1 {
		row.by = all[0]
	}
	return row
}
