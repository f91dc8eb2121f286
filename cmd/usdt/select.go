//go:build linux

package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// selectProbes returns the probes of the target that match at least one of the patterns PROVIDER:PROBE, sorted
// by provider and name. It warns of those that cannot be traced, if there are others.
func selectProbes(t target, patterns []string) ([]uprobe.Probe, error) {
	parsed, err := parsePatterns(patterns)
	if err != nil {
		return nil, err
	}
	objects, unread, err := t.objects()
	if err != nil {
		return nil, err
	}
	return selectAmong(t, parsed, objects, unread)
}

// selectAmong is selectProbes for what t.objects returned.
func selectAmong(t target, parsed []*pattern, objects []process.Object, unread []error) ([]uprobe.Probe, error) {
	if len(objects) == 0 {
		return nil, errors.Join(append([]error{t.noProbes()}, unread...)...)
	}
	s := newSelection(parsed, objects)
	if unmatched := s.unmatched(t, objects); len(unmatched) > 0 {
		return nil, errors.Join(append(unmatched, unread...)...)
	}
	if len(s.probes) == 0 {
		return nil, errors.Join(s.refused...)
	}
	t.warn(s.refused...)
	t.remember(parsed, objects)
	return s.sorted(), nil
}

type probeName struct{ provider, name string }

func (p probeName) String() string { return p.provider + ":" + p.name }

func (p probeName) compare(q probeName) int {
	return cmp.Or(cmp.Compare(p.provider, q.provider), cmp.Compare(p.name, q.name))
}

// A siteID is what the kernel attaches to, by whatever path, for a probe. Link editors that fold equal
// functions have several probes share a site.
type siteID struct {
	file   fileID
	offset uint64
	probe  probeName
}

// A selection collects the probes that match, with each of their sites once.
type selection struct {
	patterns []*pattern
	probes   map[probeName]*uprobe.Probe
	sites    map[siteID]bool
	refused  []error // about those that cannot be traced
}

func newSelection(patterns []*pattern, objects []process.Object) *selection {
	s := &selection{patterns: patterns, probes: make(map[probeName]*uprobe.Probe), sites: make(map[siteID]bool)}
	for i, file := range identify(objects) {
		s.add(&objects[i], file)
	}
	return s
}

// add adds what matches of an object, whose file is that.
func (s *selection) add(o *process.Object, file fileID) {
	var wanted, refused []sdtnote.Note
	for _, n := range o.Notes {
		name := probeName{n.Provider, n.Name}
		id := siteID{file, n.FileOffset, name}
		if !s.wants(name) || s.sites[id] {
			continue
		}
		s.sites[id] = true
		if n.SemaphoreErr() != nil {
			refused = append(refused, n)
		} else {
			wanted = append(wanted, n)
		}
	}
	s.refuse(o, refused)
	symbols := symbolAddresses(o.Path, wanted)
	for _, n := range wanted {
		name := probeName{n.Provider, n.Name}
		if s.probes[name] == nil {
			s.probes[name] = &uprobe.Probe{Provider: n.Provider, Name: n.Name}
		}
		s.probes[name].Sites = append(s.probes[name].Sites, uprobe.Site{
			Path: o.Path, Dev: o.Dev, Inode: o.Inode, Note: n,
			Symbols: symbols, SemaphoreAddresses: o.SemaphoreAddresses(n),
		})
	}
}

// refuse reports notes of an object that cannot be traced.
func (s *selection) refuse(o *process.Object, notes []sdtnote.Note) {
	if len(notes) == 0 {
		return
	}
	others, n := "", notes[0]
	if len(notes) > 1 {
		others = " and " + plural(len(notes)-1, "other", "others")
	}
	name := printable(probeName{n.Provider, n.Name}.String())
	s.refused = append(s.refused, fmt.Errorf("%s%s in %q cannot be traced: %w", name, others, o.Path, n.SemaphoreErr()))
}

func (s *selection) wants(name probeName) bool {
	wanted := false
	for _, p := range s.patterns {
		if p.matches(name) {
			p.matched, wanted = true, true
		}
	}
	return wanted
}

func (s *selection) sorted() []uprobe.Probe {
	var probes []uprobe.Probe
	for _, name := range slices.SortedFunc(maps.Keys(s.probes), probeName.compare) {
		probes = append(probes, *s.probes[name])
	}
	return probes
}

// unmatched reports the patterns that match nothing.
func (s *selection) unmatched(t target, objects []process.Object) []error {
	var errs []error
	for _, p := range s.patterns {
		if !p.matched {
			errs = append(errs, p.suggest(t, objects))
		}
	}
	return errs
}

// symbolAddresses returns those of the symbols that arguments of the notes refer to. An argument whose symbol
// is not found is one that cannot be read, which does not keep the others from being traced.
func symbolAddresses(path string, notes []sdtnote.Note) map[string]uint64 {
	var names []string
	for _, n := range notes {
		for _, a := range operand.Parse(n) {
			if a.Symbol != "" {
				names = append(names, a.Symbol)
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	slices.Sort(names)
	addresses, _ := sdtnote.SymbolAddresses(f, slices.Compact(names)...)
	return addresses
}

// A pattern is PROVIDER:PROBE, each with the wildcards of a shell.
type pattern struct {
	text           string
	provider, name string
	matched        bool
}

func parsePatterns(texts []string) ([]*pattern, error) {
	if len(texts) == 0 {
		return nil, usagef("which probes? say PROVIDER:PROBE; '*:*' are all")
	}
	var patterns []*pattern
	for _, text := range texts {
		provider, name, _ := strings.Cut(text, ":")
		if provider == "" || name == "" {
			return nil, usagef("%q is not PROVIDER:PROBE; all probes of a provider are 'PROVIDER:*'", text)
		}
		p := &pattern{text: text, provider: provider, name: name}
		for _, glob := range []string{provider, name} {
			if _, err := path.Match(glob, ""); err != nil {
				return nil, usagef(`%q: bad pattern %q; there are * ? [a-z] [^a-z], and \ before what is to mean itself`, text, glob)
			}
		}
		patterns = append(patterns, p)
	}
	return patterns, nil
}

func (p *pattern) matches(name probeName) bool {
	return globMatches(p.provider, name.provider) && globMatches(p.name, name.name)
}

// globMatches tells whether a name matches. Names are no paths: a * may stand for slashes, too.
func globMatches(glob, name string) bool {
	noSlash := strings.NewReplacer("/", "\x00")
	ok, _ := path.Match(noSlash.Replace(glob), noSlash.Replace(name))
	return ok
}

// suggest returns the error about a pattern that matches nothing, with the names that come nearest.
func (p *pattern) suggest(t target, objects []process.Object) error {
	return fmt.Errorf("no probe %q in %v; %s", p.text, t, t.hint(p.text, namesIn(objects)))
}

// hint says what the user may have meant by text, of the names that there are.
func (t target) hint(text string, names []string) string {
	if similar := nearest(text, names); len(similar) > 0 {
		return fmt.Sprintf("did you mean %s?", printable(strings.Join(similar, " or ")))
	}
	return fmt.Sprintf("usdt list %s shows the probes", t.flag())
}

// namesIn returns PROVIDER:PROBE of all probes.
func namesIn(objects []process.Object) []string {
	var names []string
	for _, o := range objects {
		for _, n := range o.Notes {
			names = append(names, probeName{n.Provider, n.Name}.String())
		}
	}
	return names
}
