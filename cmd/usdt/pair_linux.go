package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// selectPair selects the two probes of PROVIDER:BASE: first the start, then the end.
func selectPair(s scope, types typeFiles, name string) (*selection, error) {
	if err := checkBase(name); err != nil {
		return nil, err
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
