package stapsdt

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// patterns are PROVIDER:PROBE, both with the wildcards of [path.Match].
type patterns [][2]string

// parsePatterns parses the arguments of op.
func parsePatterns(op string, texts []string) (patterns, error) {
	var list patterns
	for _, text := range texts {
		provider, probe, _ := strings.Cut(text, ":")
		for _, glob := range []string{provider, probe} {
			if _, err := path.Match(glob, ""); glob == "" || err != nil {
				return nil, &Error{Op: op, Err: fmt.Errorf(
					"%w: the pattern %q is not PROVIDER:PROBE, both with * ? [a-z] as in path.Match",
					ErrArgs, text)}
			}
		}
		list = append(list, [2]string{provider, probe})
	}
	if len(list) == 0 {
		return nil, &Error{Op: op, Err: fmt.Errorf(
			"%w: no pattern; \"*:*\" stands for all probes", ErrArgs)}
	}
	return list, nil
}

// matches reports whether any pattern matches the probe. Names have no slashes.
func (l patterns) matches(p *Probe) bool {
	return slices.ContainsFunc(l, func(globs [2]string) bool {
		provider, _ := path.Match(globs[0], p.provider.name) // the patterns are valid
		probe, _ := path.Match(globs[1], p.name)
		return provider && probe
	})
}
