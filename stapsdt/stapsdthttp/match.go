package stapsdthttp

import (
	"path"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/stapsdt"
)

// match returns the probes that the patterns match, in the order of their declaration. It is an
// error that a pattern matches none.
func (q *query) match() ([]*stapsdt.Probe, error) {
	if len(q.patterns) == 0 {
		return nil, badQuery("which probes? name them by probe=PROVIDER:PROBE; *:* stands for all")
	}
	unused := slices.Clone(q.patterns)
	var matched []*stapsdt.Probe
	for _, provider := range stapsdt.Providers() {
		for _, p := range provider.Probes() {
			fits := func(pattern string) bool { return matches(pattern, p) }
			if slices.ContainsFunc(q.patterns, fits) {
				matched = append(matched, p)
			}
			unused = slices.DeleteFunc(unused, fits)
		}
	}
	if len(unused) == 0 {
		return matched, nil
	}
	if err := checkPattern(unused[0]); err != nil {
		return nil, err
	}
	return nil, badQuery("no probe is %s; the endpoint probes has them all", quote(unused[0]))
}

// matches reports whether a pattern matches a probe, as that of a stapsdt.Listener does.
func matches(pattern string, p *stapsdt.Probe) bool {
	provider, probe, _ := strings.Cut(pattern, ":")
	isProvider, _ := path.Match(provider, p.Provider().Name()) // checkPattern has the errors
	isProbe, _ := path.Match(probe, p.Name())
	return isProvider && isProbe
}

func checkPattern(pattern string) error {
	provider, probe, _ := strings.Cut(pattern, ":")
	for _, glob := range []string{provider, probe} {
		if _, err := path.Match(glob, ""); glob == "" || err != nil {
			return badQuery("the pattern %s is not PROVIDER:PROBE, both with * ? [a-z]", quote(pattern))
		}
	}
	return nil
}
