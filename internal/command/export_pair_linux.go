package command

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// pairParts are the two probes of a pair, each in parts that differ in the types of arguments, as
// far as they have come.
type pairParts struct {
	names        []string // PROVIDER:PROBE of the start and of the end; none as long as nobody knows
	waiting      []uprobe.Probe
	starts, ends []uprobe.Probe
	key          pairKey
}

// patternsOf returns patterns of the probes that can be those of a pair.
func patternsOf(p config.Pair) []string {
	if p.Base == "" {
		return []string{p.Start, p.End}
	}
	return []string{p.Base + `[\-_]*`}
}

// add takes further probes, and returns those that are of the pair. The others wait as long as it
// is not known which two the pair is.
func (p *pairParts) add(c config.Pair, probes []uprobe.Probe) []uprobe.Probe {
	if p.names == nil {
		p.waiting = append(p.waiting, probes...)
		probes = p.waiting
		var names []string
		for _, w := range p.waiting {
			names = append(names, w.String())
		}
		p.names = pairOf(c.Base, names)
		if c.Base == "" && slices.Contains(names, c.Start) && slices.Contains(names, c.End) {
			p.names = []string{c.Start, c.End}
		}
		if p.names == nil {
			return nil
		}
		p.waiting = nil
	}
	return slices.DeleteFunc(slices.Clone(probes), func(one uprobe.Probe) bool {
		return !slices.Contains(p.names, one.String())
	})
}

// split returns those of some probes that are the start, and those that are the end.
func (p *pairParts) split(probes []uprobe.Probe) (starts, ends []uprobe.Probe) {
	for _, one := range byTypes(probes) {
		if one.String() == p.names[0] {
			starts = append(starts, one)
		} else {
			ends = append(ends, one)
		}
	}
	return starts, ends
}

// chooseKey chooses the key of the pair.
func (p *pairParts) chooseKey(c config.Pair, start, end uprobe.Probe) error {
	p.key = pairKey{noArgument}
	if c.Key != "" {
		if err := p.key.Set(c.Key); err != nil {
			return err
		}
	}
	isOurs := start.Sites[0].GoroutineID != 0 && end.Sites[0].GoroutineID != 0
	return p.key.choose(io.Discard, start, end, concurrency{
		byThreads: !isOurs,
		byGoroutines: func() error {
			if !isOurs {
				return errors.New("the goroutines of the program are not known")
			}
			return nil
		},
	})
}

// open sets the parts, and returns what they are traced by.
func (p *pairParts) open(c config.Pair, where filter.Expr, probes []uprobe.Probe,
) (o uprobe.PairOptions, err error) {
	starts, ends := p.split(probes)
	if len(starts) == 0 || len(ends) == 0 {
		return o, errHalf(p.names)
	}
	for _, s := range starts {
		if err := checkWhere(where, s); err != nil {
			return o, err
		}
	}
	if err := p.chooseKey(c, starts[0], ends[0]); err != nil {
		return o, err
	}
	p.starts, p.ends = starts, ends
	return uprobe.PairOptions{Key: uprobe.Argument(p.key.argument)}, nil
}

// errHalf is the error of a pair of which only one probe can be traced.
func errHalf(names []string) error {
	return fmt.Errorf("%s and %s are a pair, and only one of them can be traced",
		printable.Text(names[0]), printable.Text(names[1]))
}

// later returns where further probes are among the parts, and why some have no part: those of other
// types.
func (p *pairParts) later(probes []uprobe.Probe) (starts, ends []uprobe.Later, unfit error) {
	moreStarts, moreEnds := p.split(probes)
	all, starts := index(p.starts, moreStarts, typedKey)
	allEnds, ends := index(p.ends, moreEnds, typedKey)
	if len(all) > len(p.starts) || len(allEnds) > len(p.ends) {
		unfit = fmt.Errorf("%s or %s has other arguments there than in the processes before",
			printable.Text(p.names[0]), printable.Text(p.names[1]))
	}
	known := func(parts int) func(uprobe.Later) bool {
		return func(l uprobe.Later) bool { return l.Index >= parts }
	}
	return slices.DeleteFunc(starts, known(len(p.starts))),
		slices.DeleteFunc(ends, known(len(p.ends))), unfit
}

// attachPair is attach for a pair.
func (m *exportedMetric) attachPair(probes []uprobe.Probe, o uprobe.Options) (unfit, err error) {
	probes = m.pair.add(m.config.Pair, probes)
	if len(probes) == 0 {
		return nil, nil
	}
	if s, isOpen := m.source.(*pairSource); isOpen {
		starts, ends, unfit := m.pair.later(probes)
		return unfit, s.Attach(starts, ends)
	}
	p, err := m.pair.open(m.config.Pair, m.config.Expr, probes)
	if err != nil {
		return nil, err
	}
	fit := metricFit{known: true}
	fit.labels, err = newExportLabels(m.config.Labels, m.names, m.pair.starts[0], &m.pair.ends[0])
	if err != nil {
		return nil, err
	}
	if err := m.take(fit, m.pair.starts[0]); err != nil {
		return nil, err
	}
	o.Filter, o.Groups = m.config.Expr, m.groups()
	p.Options, p.By, p.Scale = o, m.fit.labels.by, m.metric.Scale()
	if err := m.exemplify(&p); err != nil {
		return nil, err
	}
	l, err := uprobe.Pair(m.pair.starts, m.pair.ends, p)
	if err != nil {
		return nil, err
	}
	m.receiveExemplars(l)
	m.set(func() { m.source = &pairSource{Latency: l} })
	return nil, nil
}
