package stapsdt

import (
	"fmt"
	"slices"

	"github.com/go-usdt/usdt/internal/pattern"
)

type patterns []pattern.Pattern

// parsePatterns parses the arguments of op.
func parsePatterns(op string, texts []string) (patterns, error) {
	var list patterns
	for _, text := range texts {
		p, ok := pattern.Parse(text)
		if !ok {
			return nil, &Error{Op: op, Err: fmt.Errorf(
				"%w: the pattern %q is not PROVIDER:PROBE, both with * ? [a-z] as in path.Match",
				ErrArgs, text)}
		}
		list = append(list, p)
	}
	if len(list) == 0 {
		return nil, &Error{Op: op, Err: fmt.Errorf(
			"%w: no pattern; \"*:*\" stands for all probes", ErrArgs)}
	}
	return list, nil
}

// matches reports whether any pattern matches the probe.
func (l patterns) matches(p *Probe) bool {
	return slices.ContainsFunc(l, func(pattern pattern.Pattern) bool {
		return pattern.Matches(p.provider.name, p.name)
	})
}
