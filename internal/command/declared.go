package command

import (
	"cmp"
	"io"
	"maps"
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// declared has a signature of each probe. Several providers may have one name, and declare a probe
// differently. Which signature it has then depends on nothing but these signatures: processes and
// programs that are asked list their probes in different orders.
type declared struct {
	of       map[probeName]signature.Signature
	differed map[probeName]bool // probes that have other signatures, too
}

func (d *declared) add(s signature.Signature) {
	if d.of == nil {
		d.of, d.differed = make(map[probeName]signature.Signature), make(map[probeName]bool)
	}
	name := probeName{s.Provider, s.Probe}
	other, isKnown := d.of[name]
	if isKnown && other.String() != s.String() {
		d.differed[name] = true
	}
	if !isKnown || compareSignatures(s, other) < 0 {
		d.of[name] = s
	}
}

// compareSignatures orders those of one probe: most arguments first, then by their text.
func compareSignatures(a, b signature.Signature) int {
	return cmp.Or(cmp.Compare(len(b.Params), len(a.Params)), cmp.Compare(a.String(), b.String()),
		cmp.Compare(b.Description, a.Description)) // none is last
}

// sorted returns the signatures by the names of the probes.
func (d *declared) sorted() []signature.Signature {
	return slices.SortedFunc(maps.Values(d.of), func(a, b signature.Signature) int {
		return compareNames(probeName{a.Provider, a.Probe}, probeName{b.Provider, b.Probe})
	})
}

// warnDiffered says which probes have other signatures, too.
func (d *declared) warnDiffered(stderr io.Writer) {
	names := slices.SortedFunc(maps.Keys(d.differed), compareNames)
	for _, name := range names[:min(len(names), maxTold)] {
		s := d.of[name]
		warn(stderr, "%s is declared in several ways; this has the most arguments, or is the first of "+
			"these: (%s)", printable.Text(name.String()), printable.Text(s.String()))
	}
	if more := len(names) - maxTold; more > 0 {
		warn(stderr, "the same holds for %s", plural(more, "other probe", "other probes"))
	}
}
