package command

import (
	"errors"
	"fmt"
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// choose is a [chooser] of the two probes of a pair: first the start, then the end.
func (p pairing) choose(v *inventory) (*selection, error) {
	err := v.awaitProbes("such pair", func() bool {
		_, err := v.findPair(p)
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	pair, err := v.findPair(p)
	if err != nil {
		return nil, err
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

// findPair returns the names of the probes of a pair, first the start.
func (v *inventory) findPair(p pairing) ([]string, error) {
	if len(v.objects) == 0 {
		return nil, v.withUnread(v.noProbes())
	}
	pair, errs := p.find(toStrings(v.names()), v.scope.String(), v.hint)
	if len(errs) > 0 {
		return nil, v.withUnread(errs...)
	}
	return pair, nil
}

// describesItself reports whether files say themselves what the arguments of their probes are, as
// those of this library do, which programs in Go have.
func (s *selection) describesItself() bool {
	return slices.ContainsFunc(s.objects, func(o process.Object) bool {
		return len(o.Signatures) > 0
	})
}
