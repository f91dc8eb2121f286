//go:build linux

package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// pairs are the ends of the names of probes that belong together.
var pairs = []struct{ start, end string }{
	{"_start", "_end"}, {"__start", "__end"}, {"__entry", "__return"}, {"_entry", "_return"}, {"_begin", "_end"},
}

func pairNames() string {
	var names []string
	for _, p := range pairs[1:] {
		names = append(names, fmt.Sprintf("BASE%s and BASE%s", p.start, p.end))
	}
	return strings.Join(names, ", ")
}

// selectPair returns the probes of PROVIDER:BASE.
func selectPair(t target, name string) (start, end uprobe.Probe, err error) {
	provider, base, ok := strings.Cut(name, ":")
	if !ok || provider == "" || base == "" || strings.ContainsAny(name, `*?[\`) {
		return start, end, usagef("%q is not PROVIDER:BASE; BASE is what the names of two probes begin with", name)
	}
	objects, unread, err := t.objects()
	if err != nil {
		return start, end, err
	}
	names := namesIn(objects)
	pair := pairOf(name, names)
	if pair == nil {
		return start, end, errors.Join(append([]error{noPair(t, name, names)}, unread...)...)
	}
	patterns, err := parsePatterns(pair)
	if err != nil {
		return start, end, err
	}
	probes, err := selectAmong(t, patterns, objects, unread)
	if err != nil {
		return start, end, err
	}
	if len(probes) < 2 { // selectAmong has warned of the other one
		return start, end, fmt.Errorf("%v alone does not make a latency", probes[0])
	}
	if probes[0].String() != pair[0] { // they are sorted by name
		slices.Reverse(probes)
	}
	return probes[0], probes[1], nil
}

// pairOf returns those of the names PROVIDER:PROBE that belong to PROVIDER:BASE, start and end; nil if there are none.
func pairOf(name string, names []string) []string {
	for _, p := range pairs {
		pair := []string{name + p.start, name + p.end}
		if slices.Contains(names, pair[0]) && slices.Contains(names, pair[1]) {
			return pair
		}
	}
	return nil
}

// noPair is the error when there are no probes called that.
func noPair(t target, name string, names []string) error {
	if len(names) == 0 {
		return t.noProbes()
	}
	bases := pairBases(names)
	hint := t.hint(name, bases)
	if base := baseOf(name); slices.Contains(bases, base) {
		hint = fmt.Sprintf("did you mean %s?", printable(base))
	}
	return fmt.Errorf("no probes %s_start and %s_end in %v; %s", name, name, t, hint)
}

// pairBases returns PROVIDER:BASE for those of the names PROVIDER:PROBE that belong together.
func pairBases(names []string) []string {
	var bases []string
	for _, name := range names {
		for _, p := range pairs {
			base, ok := strings.CutSuffix(name, p.start)
			// Those with one _ are ends of those with two.
			if ok && !strings.HasSuffix(base, "_") && slices.Contains(names, base+p.end) {
				bases = append(bases, base)
			}
		}
	}
	return bases
}

// baseOf returns what the name of one probe of a pair begins with, or the name if it has no such end.
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
