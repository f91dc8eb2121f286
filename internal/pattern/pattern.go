// Package pattern matches the names of probes.
package pattern

import (
	"path"
	"strings"
)

// Pattern is PROVIDER:PROBE, both with the wildcards of [path.Match]. Names of probes of this
// library have no slashes, which these treat apart.
type Pattern struct{ provider, probe string }

// Parse returns the pattern of a text, and whether the text is one.
func Parse(text string) (p Pattern, ok bool) {
	p.provider, p.probe, _ = strings.Cut(text, ":")
	_, err := path.Match(p.provider, "")
	_, err2 := path.Match(p.probe, "")
	return p, p.provider != "" && p.probe != "" && err == nil && err2 == nil
}

// Matches reports whether the pattern, which must be from Parse and ok, matches a probe.
func (p Pattern) Matches(provider, probe string) bool {
	isProvider, _ := path.Match(p.provider, provider)
	isProbe, _ := path.Match(p.probe, probe)
	return isProvider && isProbe
}
