package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// Between the base and the end of the name of a probe there is one of these. Of several pairs with
// one base, the first counts, here and below.
var pairSeparators = []string{"_", "__", "-"}

// pairEnds are the ends of the names of two probes that belong together.
var pairEnds = []struct{ start, end string }{
	{"start", "end"}, {"start", "done"}, {"start", "stop"}, {"start", "finish"},
	{"begin", "end"}, {"begin", "done"},
	{"entry", "return"}, {"entry", "exit"},
	{"enter", "exit"}, {"enter", "return"}, {"enter", "leave"},
	{"startup", "shutdown"},
}

// pairNames returns lines for help about the ends.
func pairNames() string {
	var starts []string
	ends := make(map[string][]string)
	for _, p := range pairEnds {
		if ends[p.start] == nil {
			starts = append(starts, p.start)
		}
		ends[p.start] = append(ends[p.start], p.end)
	}
	var lines strings.Builder
	for _, start := range starts {
		fmt.Fprintf(&lines, "  %s and %s\n", start, strings.Join(ends[start], ", "))
	}
	return lines.String()
}

// A pairing is what a command line says of the two probes of a pair.
type pairing struct {
	base       string // PROVIDER:BASE, which begins the names of both; "" if they are named
	start, end string // PROVIDER:PROBE
}

// parsePairing parses PROVIDER:BASE, or the names of two probes.
func parsePairing(args []string) (pairing, error) {
	for _, name := range args {
		switch {
		case isLiteral(name):
		case len(args) == 1:
			return pairing{}, usagef("%q is not PROVIDER:BASE; BASE is what the names of two "+
				"probes begin with", name)
		default:
			return pairing{}, usagef("%q is not PROVIDER:PROBE, without wildcards", name)
		}
	}
	if len(args) == 1 {
		return pairing{base: args[0]}, nil
	}
	if args[0] == args[1] {
		return pairing{}, usagef("%q is named twice; name the probe where time begins, and the "+
			"one where it ends", args[0])
	}
	return pairing{start: args[0], end: args[1]}, nil
}

// find returns the pair among the names PROVIDER:PROBE, first the start. The errors say in which
// place there is none; hint says for a text which of some names may be meant by it.
func (p pairing) find(
	names []string, place string, hint func(name string, of []string) string,
) (pair []string, errs []error) {
	if p.base == "" {
		for _, name := range []string{p.start, p.end} {
			if !slices.Contains(names, name) {
				errs = append(errs, fmt.Errorf("no probe %q in %s; %s", name, place,
					hint(name, names)))
			}
		}
		return []string{p.start, p.end}, errs
	}
	if pair := pairOf(p.base, names); pair != nil {
		return pair, nil
	}
	bases := pairBases(names)
	says := hint(p.base, bases)
	if base := baseOf(p.base); slices.Contains(bases, base) {
		says = fmt.Sprintf("did you mean %s?", printable.Text(base))
	}
	return nil, []error{fmt.Errorf("no probes %s_start and %s_end in %s; %s",
		p.base, p.base, place, says)}
}

// pairOf returns the two names PROVIDER:PROBE, start and end, that belong to PROVIDER:BASE; nil
// when there are none.
func pairOf(base string, names []string) []string {
	for _, ends := range pairEnds {
		for _, separator := range pairSeparators {
			pair := []string{base + separator + ends.start, base + separator + ends.end}
			if slices.Contains(names, pair[0]) && slices.Contains(names, pair[1]) {
				return pair
			}
		}
	}
	return nil
}

// pairBases returns PROVIDER:BASE for each two of the names PROVIDER:PROBE that belong together.
func pairBases(names []string) []string {
	exists := make(map[string]bool)
	for _, name := range names {
		exists[name] = true
	}
	var bases []string
	known := make(map[string]bool)
	for _, name := range names {
		for _, ends := range pairEnds {
			base, separator, ok := cutEnd(name, ends.start)
			if ok && exists[base+separator+ends.end] && !known[base] {
				bases = append(bases, base)
				known[base] = true
			}
		}
	}
	return bases
}

// baseOf returns the base of a name that is one of a pair, and any other name as it is.
func baseOf(name string) string {
	for _, ends := range pairEnds {
		for _, end := range []string{ends.start, ends.end} {
			if base, _, ok := cutEnd(name, end); ok {
				return base
			}
		}
	}
	return name
}

// cutEnd cuts an end and the separator before it off a name.
func cutEnd(name, end string) (base, separator string, ok bool) {
	whole, ok := strings.CutSuffix(name, end)
	if !ok {
		return "", "", false
	}
	base = strings.TrimRight(whole, "_-")
	separator = whole[len(base):]
	return base, separator, slices.Contains(pairSeparators, separator)
}
