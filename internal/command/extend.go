//go:build linux

package command

import (
	"errors"
	"maps"
	"slices"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/filter"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// countProbes returns how many probes in objects match.
func (s *selection) countProbes(objects []process.Object) int {
	names := make(map[probeName]bool)
	for _, name := range namesIn(objects) {
		if s.patterns.match(name) {
			names[name] = true
		}
	}
	return len(names)
}

// meant returns the objects with probes that match.
func (s *selection) meant(objects []process.Object) []process.Object {
	chosen := slices.Clone(s.inventory.scope.chosen(objects))
	return slices.DeleteFunc(chosen, func(o process.Object) bool {
		return !slices.ContainsFunc(o.Notes, func(n sdtnote.Note) bool {
			return s.patterns.match(nameOf(n))
		})
	})
}

// extend returns what is new in objects that are meant: probes that match, with the new sites only,
// the objects that these are in, and why others cannot be traced.
func (s *selection) extend(
	objects []process.Object,
) (probes []uprobe.Probe, matched []process.Object, refused []error) {
	v := s.inventory
	if v.room.left <= 0 {
		return nil, nil, []error{errors.New("there is no room for more probes; trace fewer processes")}
	}
	share, leftOut := v.room.share(), v.leftOut
	matched, refused = v.matching(s.patterns, objects, v.identify(objects),
		func(o process.Object) bool { return v.admits(o, &share) })
	if v.leftOut > leftOut {
		refused = append(refused, tooManyProbes(v.leftOut-leftOut))
	}
	for _, o := range matched {
		if !isImage(o) {
			v.objects = append(v.objects, o) // for the ids of those that come later
		}
	}
	return v.probesIn(matched), matched, refused
}

// identify returns the ids of further objects. With the first object of a file that is in an
// overlay, the ids of those below it change, which are then known by the new ones.
func (v *inventory) identify(objects []process.Object) []process.FileID {
	before := process.Identify(v.objects)
	ids := process.Identify(slices.Concat(v.objects, objects))
	changed := make(map[process.FileID]process.FileID)
	for i, id := range before {
		if ids[i] != id {
			changed[id] = ids[i]
		}
	}
	if len(changed) > 0 {
		seen := make(map[siteID]bool, len(v.seen))
		for id := range v.seen {
			if file, has := changed[id.file]; has {
				id.file = file
			}
			seen[id] = true
		}
		v.seen = seen
	}
	return ids[len(before):]
}

// forget forgets the sites that are gone, and gives back the room of their objects.
func (v *inventory) forget(isGone func(uprobe.Site) bool) {
	v.objects = slices.DeleteFunc(v.objects, func(o process.Object) bool {
		return !v.everywhere && isGone(uprobe.Site{PID: o.PID, Dev: o.Dev, Inode: o.Inode})
	})
	for id := range v.seen {
		if isGone(uprobe.Site{PID: id.pid, Dev: id.file.Dev, Inode: id.file.Inode}) {
			delete(v.seen, id)
		}
	}
	for id, size := range v.filled {
		site := uprobe.Site{PID: id.pid, Dev: id.file.Dev, Inode: id.file.Inode}
		if v.everywhere {
			site.PID = 0
		}
		if isGone(site) {
			delete(v.filled, id)
			v.room.fill(-size)
		}
	}
}

// forgetFiles forgets what was selected of files, by their devices and inodes, and gives back the
// room of their objects.
func (v *inventory) forgetFiles(gone map[process.FileID]bool) {
	ids := maps.Clone(gone)
	v.objects = slices.DeleteFunc(v.objects, func(o process.Object) bool {
		if !gone[deviceAndInode(o)] {
			return false
		}
		ids[o.Below()] = true
		return true
	})
	maps.DeleteFunc(v.seen, func(id siteID, _ bool) bool { return ids[id.file] })
	for id, size := range v.filled {
		if gone[id.file] {
			delete(v.filled, id)
			v.room.fill(-size)
		}
	}
}

// deviceAndInode returns what identifies the file of an object to a site.
func deviceAndInode(o process.Object) process.FileID {
	return process.FileID{Dev: o.Dev, Inode: o.Inode}
}

// fileOf returns what identifies the file of a site.
func fileOf(s uprobe.Site) process.FileID { return process.FileID{Dev: s.Dev, Inode: s.Inode} }

// all returns the selected probes, those that have come since included. It is safe for concurrent
// use, as is index.
func (s *selection) all() []uprobe.Probe {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.probes
}

// index returns where the probes are among the selected ones, to which it adds those that are new.
func (s *selection) index(probes []uprobe.Probe) (later []uprobe.Later) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.probes, later = index(s.probes, probes, nameKey)
	return later
}

// extending returns what extends a tracing by further probes that the filter fits.
func (s *selection) extending(
	where filter.Expr, attach func([]uprobe.Later) error,
	release func(func(uprobe.Site) bool) (wait func()),
) followed {
	return followed{release: release, attach: func(probes []uprobe.Probe) error {
		fitting, err := whereFits(where, probes)
		return errors.Join(err, attach(s.index(fitting)))
	}}
}

// whereFits returns the probes that the filter fits, and why it does not fit others.
func whereFits(where filter.Expr, probes []uprobe.Probe) (fitting []uprobe.Probe, err error) {
	for _, p := range probes {
		if unfit := checkWhere(where, p); unfit != nil {
			err = errors.Join(err, unfit)
		} else {
			fitting = append(fitting, p)
		}
	}
	return fitting, err
}
