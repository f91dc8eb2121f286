//go:build linux

package command

import (
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A probeKey is what tells probes apart.
type probeKey struct {
	name  probeName
	types string // of the arguments, if they tell probes apart, too
}

// nameKey tells probes apart by their names.
func nameKey(p uprobe.Probe) probeKey {
	return probeKey{name: probeName{p.Provider, p.Name}}
}

// typedKey tells probes apart by their names and the types of their arguments.
func typedKey(p uprobe.Probe) probeKey {
	return probeKey{probeName{p.Provider, p.Name}, argTypes(p.Sites[0])}
}

// isNamesake tells whether two probes have the same name.
func isNamesake(a, b uprobe.Probe) bool { return nameKey(a) == nameKey(b) }

// index returns where the probes are among those that are known, to which it adds those that are
// new. The known ones stay as they are: others may read them.
func index(
	known []uprobe.Probe, probes []uprobe.Probe, key func(uprobe.Probe) probeKey,
) (all []uprobe.Probe, later []uprobe.Later) {
	all = slices.Clip(known)
	places := placesOf(known, probes, key)
	for _, p := range probes {
		k := key(p)
		i, has := places[k]
		if !has {
			i = len(all)
			places[k] = i
			all = append(all, p)
		}
		later = append(later, uprobe.Later{Probe: p, Index: i})
	}
	return all, later
}

// placesOf returns where those of the known probes are that have a name of the probes. There can be
// very many of both, and the types of arguments take long to tell.
func placesOf(
	known []uprobe.Probe, probes []uprobe.Probe, key func(uprobe.Probe) probeKey,
) map[probeKey]int {
	named := make(map[probeName]bool, len(probes))
	for _, p := range probes {
		named[nameKey(p).name] = true
	}
	places := make(map[probeKey]int, len(probes))
	for i, p := range slices.Backward(known) { // of equal ones, the first is meant
		if named[nameKey(p).name] {
			places[key(p)] = i
		}
	}
	return places
}
