package format

import (
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/syntax"
)

// collectNeeds finds out what all directives together need.
func (f *Format) collectNeeds() error {
	needs := map[int]Need{}
	for _, p := range f.parts {
		if p.verb == 0 {
			continue
		}
		merged, ok := merge(needs[p.arg], p.need())
		if !ok {
			return syntax.Errorf(f.text, p.offset,
				"arg%d cannot be both text (%%s) and bytes (%%b)", p.arg)
		}
		needs[p.arg] = merged
		if p.kind == Bytes {
			length, _ := merge(needs[p.arg+1], Need{Arg: p.arg + 1})
			needs[p.arg+1] = length
		}
	}
	for arg := range operand.MaxArgs {
		if c, ok := needs[arg]; ok {
			f.needs = append(f.needs, c)
		}
	}
	f.needs = slices.Clip(f.needs)
	return nil
}

func (p *part) need() Need {
	switch p.kind {
	case String:
		return Need{Arg: p.arg, Kind: String, Max: max(p.precision, 0)}
	case Bytes:
		return Need{Arg: p.arg, Kind: Bytes, Length: p.arg + 1, Max: max(p.precision, 0)}
	}
	return Need{Arg: p.arg}
}

// merge returns a Need that serves two needs of one argument, if there is one. A need without a
// Max makes one without a Max.
func merge(a, b Need) (Need, bool) {
	switch {
	case a.Kind == Integer: // also when there is no need yet
		return b, true
	case b.Kind == Integer:
		return a, true
	case a.Kind != b.Kind:
		return a, false
	}
	if a.Max != 0 && b.Max != 0 {
		a.Max = max(a.Max, b.Max)
	} else {
		a.Max = 0
	}
	return a, true
}
