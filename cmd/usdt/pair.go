//go:build linux

package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// pairs are the ends of the names of two probes that belong together.
var pairs = []struct{ start, end string }{
	{"_start", "_end"}, {"__start", "__end"},
	{"__entry", "__return"}, {"_entry", "_return"},
	{"_begin", "_end"},
}

// pairNames returns a line for help about each pair but the first.
func pairNames() string {
	var lines strings.Builder
	for _, p := range pairs[1:] {
		fmt.Fprintf(&lines, "  BASE%s and BASE%s\n", p.start, p.end)
	}
	return lines.String()
}

// selectPair selects the two probes of PROVIDER:BASE: first the start, then the end.
func selectPair(s scope, types typeFiles, name string) (*selection, error) {
	if !isLiteral(name) {
		return nil, usagef(
			"%q is not PROVIDER:BASE; BASE is what the names of two probes begin with", name)
	}
	v, err := takeInventory(s, &types)
	if err != nil {
		return nil, err
	}
	pair := pairOf(name, toStrings(v.names()))
	if pair == nil {
		return nil, v.withUnread(v.noPair(name))
	}
	patterns, err := parsePatterns(pair)
	if err != nil {
		return nil, err
	}
	sel, err := v.choose(patterns)
	if err != nil {
		return nil, err
	}
	if len(sel.probes) < 2 {
		alone := fmt.Errorf("%v alone does not make a latency", sel.probes[0])
		return nil, errors.Join(append(sel.refused, alone)...)
	}
	if sel.probes[0].String() != pair[0] { // they are sorted by name
		slices.Reverse(sel.probes)
	}
	return sel, nil
}

// pairOf returns the two names PROVIDER:PROBE, start and end, that belong to PROVIDER:BASE; nil
// when there are none.
func pairOf(name string, names []string) []string {
	for _, p := range pairs {
		pair := []string{name + p.start, name + p.end}
		if slices.Contains(names, pair[0]) && slices.Contains(names, pair[1]) {
			return pair
		}
	}
	return nil
}

// noPair is the error when no two probes belong to PROVIDER:BASE.
func (v *inventory) noPair(name string) error {
	if len(v.objects) == 0 {
		return v.noProbes()
	}
	bases := pairBases(toStrings(v.names()))
	hint := v.hint(name, bases)
	if base := baseOf(name); slices.Contains(bases, base) {
		hint = fmt.Sprintf("did you mean %s?", printable.Text(base))
	}
	return fmt.Errorf("no probes %s_start and %s_end in %v; %s", name, name, v.scope, hint)
}

// pairBases returns PROVIDER:BASE for each two of the names PROVIDER:PROBE that belong together.
func pairBases(names []string) []string {
	exists := make(map[string]bool)
	for _, name := range names {
		exists[name] = true
	}
	var bases []string
	for _, name := range names {
		for _, p := range pairs {
			base, ok := strings.CutSuffix(name, p.start)
			// "_start" is also the end of "__start".
			if ok && !strings.HasSuffix(base, "_") && exists[base+p.end] {
				bases = append(bases, base)
			}
		}
	}
	return bases
}

// baseOf returns the base of a name that is one of a pair, and any other name as it is.
func baseOf(name string) string {
	for _, p := range pairs {
		for _, end := range []string{p.start, p.end} {
			if base, ok := strings.CutSuffix(name, end); ok && !strings.HasSuffix(base, "_") {
				return base
			}
		}
	}
	return name
}
