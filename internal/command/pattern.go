package command

import (
	"path"
	"slices"
	"strings"
)

// A pattern is PROVIDER:PROBE, both with the wildcards of a shell.
type pattern struct {
	text           string
	provider, name string // as globs for globMatches
}

type patternList []pattern

func parsePatterns(texts []string) (patternList, error) {
	if len(texts) == 0 {
		return nil, usagef("which probes? name them as PROVIDER:PROBE; '*:*' stands for all")
	}
	var list patternList
	for _, text := range texts {
		p, err := parsePattern(text)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func parsePattern(text string) (pattern, error) {
	provider, name, _ := strings.Cut(text, ":")
	if provider == "" || name == "" {
		return pattern{}, usagef(
			"%q is not PROVIDER:PROBE; 'PROVIDER:*' stands for all probes of a provider", text)
	}
	for _, glob := range []string{provider, name} {
		if _, err := path.Match(glob, ""); err != nil {
			return pattern{}, usagef("%q: bad pattern %q; there are * ? [a-z] [^a-z], "+
				`and \ before a character that stands for itself`, text, glob)
		}
	}
	return pattern{text, noSlash.Replace(provider), noSlash.Replace(name)}, nil
}

// isLiteral tells whether the text is PROVIDER:PROBE without wildcards.
func isLiteral(text string) bool {
	provider, name, _ := strings.Cut(text, ":")
	return provider != "" && name != "" && !strings.ContainsAny(text, `*?[\`)
}

// noSlash replaces slashes, at which path.Match would end a *. The names of probes are not paths.
var noSlash = strings.NewReplacer("/", "\x00")

func (p pattern) matches(n probeName) bool {
	provider, _ := path.Match(p.provider, noSlash.Replace(n.provider)) // the globs are valid
	name, _ := path.Match(p.name, noSlash.Replace(n.name))
	return provider && name
}

// match tells whether any of the patterns matches.
func (l patternList) match(n probeName) bool {
	return slices.ContainsFunc(l, func(p pattern) bool { return p.matches(n) })
}

// unmatched returns the patterns that match none of the names.
func (l patternList) unmatched(names []probeName) patternList {
	return slices.DeleteFunc(slices.Clone(l), func(p pattern) bool {
		return slices.ContainsFunc(names, p.matches)
	})
}
