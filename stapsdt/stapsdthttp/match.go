package stapsdthttp

import (
	"slices"

	"github.com/go-usdt/usdt/internal/pattern"
	"github.com/go-usdt/usdt/stapsdt"
)

// match returns the probes that the patterns match, in the order of their declaration. It is an
// error that a pattern matches none.
func (q *query) match() ([]*stapsdt.Probe, error) {
	if len(q.patterns) == 0 {
		return nil, badQuery("which probes? name them by probe=PROVIDER:PROBE; *:* stands for all")
	}
	patterns := make([]pattern.Pattern, len(q.patterns))
	for i, text := range q.patterns {
		var ok bool
		if patterns[i], ok = pattern.Parse(text); !ok {
			return nil, badQuery("the pattern %s is not PROVIDER:PROBE, both with * ? [a-z]", quote(text))
		}
	}
	used := make([]bool, len(patterns))
	var matched []*stapsdt.Probe
	for _, provider := range stapsdt.Providers() {
		for _, p := range provider.Probes() {
			fits := false
			for i, pattern := range patterns {
				if pattern.Matches(provider.Name(), p.Name()) {
					fits, used[i] = true, true
				}
			}
			if fits {
				matched = append(matched, p)
			}
		}
	}
	if i := slices.Index(used, false); i >= 0 {
		return nil, badQuery("no probe is %s; the endpoint probes has them all", quote(q.patterns[i]))
	}
	return matched, nil
}
