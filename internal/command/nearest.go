package command

import (
	"cmp"
	"slices"
)

// nearest returns the names that are most similar to name, at most three, the most similar first. A
// name is similar if at most a third of its letters, or two, have to be changed.
func nearest(name string, names []string) []string {
	type candidate struct {
		name    string
		changes int
	}
	var candidates []candidate
	for _, n := range names {
		if changes := distance(name, n); changes <= max(2, len(name)/3) {
			candidates = append(candidates, candidate{n, changes})
		}
	}
	slices.SortFunc(candidates, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.changes, b.changes), cmp.Compare(a.name, b.name))
	})
	var best []string
	for _, c := range slices.Compact(candidates) {
		best = append(best, c.name)
	}
	return best[:min(len(best), 3)]
}

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // from a[:i] to each b[:j]
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substitute := diagonal
			if a[i] != b[j] {
				substitute++
			}
			diagonal = row[j+1]
			row[j+1] = min(substitute, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
