//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/uprobe"
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
	probes, err := selectProbes(t, []string{provider + ":*"})
	if err != nil {
		return start, end, err
	}
	named := func(name string) int {
		return slices.IndexFunc(probes, func(p uprobe.Probe) bool { return p.Name == name })
	}
	for _, p := range pairs {
		if s, e := named(base+p.start), named(base+p.end); s >= 0 && e >= 0 {
			return probes[s], probes[e], nil
		}
	}
	return start, end, noPair(t, name, probes)
}

// noPair is the error when there are no probes called that.
func noPair(t target, name string, probes []uprobe.Probe) error {
	var names []string
	for _, p := range probes {
		names = append(names, p.String())
	}
	bases := pairBases(names)
	hint := fmt.Sprintf("usdt list %s shows the probes", t.flag())
	if base := baseOf(name); slices.Contains(bases, base) {
		hint = fmt.Sprintf("did you mean %s?", printable(base))
	} else if similar := nearest(name, bases); len(similar) > 0 {
		hint = fmt.Sprintf("did you mean %s?", printable(strings.Join(similar, " or ")))
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
