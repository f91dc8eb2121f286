//go:build linux

package command

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A selection is the probes that a command line has chosen.
type selection struct {
	scope     scope // only processes with probes
	inventory *inventory
	patterns  patternList
	mu        sync.Mutex       // of probes, once there is a follower
	probes    []uprobe.Probe   // at least one, sorted by provider and name; later ones follow
	objects   []process.Object // the files with the probes, each with the notes of these only
	refused   []error          // why other probes, or processes, are not traced
	follower  *follower        // nil if nobody follows processes

	undescribed []error // why signatures of the probes are not used
}

// selectProbes selects the probes that match at least one of the patterns PROVIDER:PROBE. Each
// pattern must match.
func selectProbes(s scope, types typeFiles, texts []string) (*selection, error) {
	choose, err := choosing(texts)
	if err != nil {
		return nil, err
	}
	v, err := takeInventory(s, &types)
	if err != nil {
		return nil, err
	}
	return choose(v)
}

// A chooser chooses probes of an inventory.
type chooser func(*inventory) (*selection, error)

// choosing returns what chooses the probes that match at least one of the patterns.
func choosing(texts []string) (chooser, error) {
	patterns, err := parsePatterns(texts)
	return func(v *inventory) (*selection, error) {
		err := v.awaitProbes("such probes", func() bool {
			return slices.ContainsFunc(v.names(), patterns.match)
		})
		if err != nil {
			return nil, err
		}
		return v.choose(patterns)
	}, err
}

// checkMatched returns which patterns match no probe.
func (v *inventory) checkMatched(patterns patternList) error {
	if len(v.objects) == 0 {
		return v.withUnread(v.noProbes())
	}
	var errs []error
	for _, p := range patterns.unmatched(v.names()) {
		errs = append(errs, fmt.Errorf("no probe %q in %v; %s", p.text, v.place(),
			v.hint(p.text, toStrings(v.names()))))
	}
	if len(errs) == 0 {
		return nil
	}
	return v.withUnread(errs...)
}

// choose selects the probes that match.
func (v *inventory) choose(patterns patternList) (*selection, error) {
	unmatched := v.checkMatched(patterns)
	later := v.scope.command != nil && slices.ContainsFunc(v.names(), patterns.match)
	if unmatched != nil && !later {
		return nil, unmatched
	}
	s := &selection{scope: v.scope, inventory: v, patterns: patterns}
	s.objects, s.refused = v.matching(patterns, v.objects, process.Identify(v.objects),
		func(process.Object) bool { return true }) // it has its room
	if unmatched != nil {
		s.refused = append(s.refused, unmatched)
	}
	s.probes = v.probesIn(s.objects)
	s.undescribed = v.descriptions.tell()
	if len(s.probes) == 0 {
		return nil, errors.Join(s.refused...)
	}
	s.leaveOut()
	return s, nil
}

// leaveOut takes processes without selected probes out of the scope, and keeps the named ones among
// them as refused.
func (s *selection) leaveOut() {
	has := make(map[int]bool)
	for _, o := range s.objects {
		has[o.PID] = true
	}
	s.scope.pids = slices.DeleteFunc(slices.Clone(s.scope.pids), func(pid int) bool {
		if !has[pid] && !s.scope.found && s.scope.command == nil {
			s.refused = append(s.refused, fmt.Errorf("process %d (%s) has no probes that match",
				pid, printable.Text(processComm(pid))))
		}
		return !has[pid]
	})
}

// warnRefused says why other probes that match are not in the selection, and why the signatures of
// some are not used.
func (s *selection) warnRefused(stderr io.Writer) {
	for _, err := range slices.Concat(s.refused, s.undescribed) {
		warn(stderr, "%v", err)
	}
}

// A siteID is what the kernel attaches to for a probe, by whatever path it is reached. Link editors
// that fold equal functions make several probes share a site.
type siteID struct {
	pid    int // 0: in all processes
	file   process.FileID
	offset uint64
	probe  probeName
}

// matching returns the objects that have matching probes, with the notes of these probes only and
// each site once, and why other probes that match cannot be traced. files are the ids of the
// objects; admits reports whether there is room for an object with the notes that are new.
func (v *inventory) matching(patterns patternList, objects []process.Object,
	files []process.FileID, admits func(process.Object) bool,
) (matched []process.Object, refused []error) {
	for i, o := range objects {
		pid := o.PID
		if v.everywhere {
			pid = 0
		}
		ids := make(map[siteID]bool)
		notes := o.Notes
		o.Notes = nil
		var traceable, untraceable []sdtnote.Note
		for _, n := range notes {
			id := siteID{pid, files[i], n.FileOffset, nameOf(n)}
			switch {
			case v.seen[id] || ids[id] || !patterns.match(id.probe):
				continue
			case n.SemaphoreErr() != nil:
				untraceable = append(untraceable, n)
			default:
				traceable = append(traceable, n)
			}
			o.Notes, ids[id] = append(o.Notes, n), true
		}
		if len(ids) == 0 || !admits(o) {
			continue
		}
		maps.Copy(v.seen, ids)
		if len(untraceable) > 0 {
			refused = append(refused, refusal(o.Path, untraceable))
		}
		if len(traceable) > 0 {
			o.Notes = traceable
			matched = append(matched, o)
		}
	}
	return matched, refused
}

// refusal is the error about probes of a file that cannot be traced.
func refusal(path string, notes []sdtnote.Note) error {
	others, n := "", notes[0]
	if len(notes) > 1 {
		others = " and " + plural(len(notes)-1, "other", "others")
	}
	return fmt.Errorf("%s%s in %q cannot be traced: %w",
		printable.Text(nameOf(n).String()), others, path, n.SemaphoreErr())
}

// probesIn returns the probes of the objects, sorted by provider and name, each with all its sites.
func (v *inventory) probesIn(objects []process.Object) []uprobe.Probe {
	d := &v.descriptions
	var probes []uprobe.Probe
	index := make(map[probeName]int) // in probes
	goroutines := v.goroutinesOf(objects)
	for _, o := range objects {
		if o.Unsigned {
			d.unsigned(o.Path)
		}
		for _, n := range o.Notes {
			i, known := index[nameOf(n)]
			if !known {
				i = len(probes)
				index[nameOf(n)] = i
				probes = append(probes, uprobe.Probe{Provider: n.Provider, Name: n.Name})
			}
			site := uprobe.Site{
				Path: o.Path, Dev: o.Dev, Inode: o.Inode, Note: n, Behind: o.Behind[n.FileOffset],
				Signature: d.of(n, o.Signatures), Symbols: o.Symbols,
				SemaphoreAddresses: o.SemaphoreAddresses(n),
			}
			if len(o.Signatures) > 0 {
				site.GoroutineID = goroutines[o.PID]
			}
			if !v.everywhere {
				site.PID = o.PID
			}
			probes[i].Sites = append(probes[i].Sites, site)
		}
	}
	slices.SortFunc(probes, func(a, b uprobe.Probe) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Name, b.Name))
	})
	return probes
}
