package command

import "github.com/go-usdt/usdt/internal/sdtnote"

// A probeName is PROVIDER:PROBE.
type probeName struct{ provider, name string }

func nameOf(n sdtnote.Note) probeName { return probeName{n.Provider, n.Name} }

func (p probeName) String() string { return p.provider + ":" + p.name }

func toStrings(names []probeName) []string {
	var texts []string
	for _, n := range names {
		texts = append(texts, n.String())
	}
	return texts
}
