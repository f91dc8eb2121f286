package command

import (
	"errors"
	"io"
	"slices"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A spanPair is two probes whose hits are the ends of spans.
type spanPair struct {
	name       string // of the spans
	start, end string // PROVIDER:PROBE
	key        pairKey
}

// findPairs returns the pairs among probes: those that flags name, and those whose names belong
// together. Of the latter, those without a key are left out: why says of each the reason. It is an
// error if the key that the user names fits no pair.
func (f *timelineFlags) findPairs(
	probes []uprobe.Probe,
) (pairs []spanPair, why []error, err error) {
	byName := make(map[string]uprobe.Probe) // with all sites
	var names []string
	for _, p := range probes {
		name := p.String()
		known, isKnown := byName[name]
		if !isKnown {
			names, known = append(names, name), uprobe.Probe{Provider: p.Provider, Name: p.Name}
		}
		known.Sites = append(slices.Clip(known.Sites), p.Sites...)
		byName[name] = known
	}
	for _, pair := range f.candidates(names) {
		start, end := byName[pair.start], byName[pair.end]
		if len(start.Sites) == 0 || len(end.Sites) == 0 {
			continue // one of them is declared later
		}
		if pair.key, err = f.chooseKey(start, end); err != nil {
			why = append(why, err)
			continue
		}
		pairs = append(pairs, pair)
	}
	if f.key.argument != noArgument && len(pairs) == 0 && len(why) > 0 {
		return nil, nil, errors.Join(why...)
	}
	return pairs, why, nil
}

// candidates returns the pairs of names.
func (f *timelineFlags) candidates(names []string) []spanPair {
	var pairs []spanPair
	for _, text := range f.pairs {
		if pair, err := splitPair(text); err == nil {
			pairs = append(pairs, spanPair{
				name: pair[0] + " to " + pair[1], start: pair[0], end: pair[1],
			})
		}
	}
	for _, base := range pairBases(names) {
		pair := pairOf(base, names)
		isNamed := slices.ContainsFunc(pairs, func(p spanPair) bool {
			return pair != nil && p.start == pair[0] && p.end == pair[1]
		})
		if pair != nil && !isNamed {
			pairs = append(pairs, spanPair{name: base, start: pair[0], end: pair[1]})
		}
	}
	return pairs
}

// chooseKey returns the key of a pair.
func (f *timelineFlags) chooseKey(start, end uprobe.Probe) (pairKey, error) {
	key := f.key
	return key, key.choose(f.told.ErrOrStderr(), start, end,
		concurrency{byThreads: f.threadsTell, byGoroutines: notOfEvents})
}

// notOfEvents returns why goroutines tell no hits apart.
func notOfEvents() error {
	return errors.New("events do not tell their goroutines; usdt latency knows them")
}

// warnWithoutKey says which pairs are no spans.
func (f *timelineFlags) warnWithoutKey(why []error) {
	for _, err := range why {
		warn(f.told.ErrOrStderr(), "hits are instants, not spans: %s", printable.Text(err.Error()))
	}
}

// onceWriter writes each message once: pairs are found again when there are more probes.
type onceWriter struct {
	io.Writer
	written map[string]bool
}

func (w *onceWriter) Write(message []byte) (int, error) {
	if w.written[string(message)] {
		return len(message), nil
	}
	w.written[string(message)] = true
	return w.Writer.Write(message)
}
