//go:build linux

package main

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// reloadInterval is how often the memory map of the traced process is read.
const reloadInterval = time.Second

// A loadedSite is a site of a file that a process has mapped.
type loadedSite struct {
	pid                int
	dev, inode, offset uint64
	probe              probeName
}

// loadedSites returns all sites of matching probes.
func loadedSites(patterns patternList, objects []process.Object) map[loadedSite]bool {
	sites := make(map[loadedSite]bool)
	for _, o := range objects {
		for _, n := range o.Notes {
			if name := nameOf(n); patterns.match(name) {
				sites[loadedSite{o.PID, o.Dev, o.Inode, n.FileOffset, name}] = true
			}
		}
	}
	return sites
}

// watchReload warns until ctx is done when a process loads other probes that match, which come in
// other files than the traced ones, or unloads the traced probes. Without the warning, tracing
// would just fall silent. It starts no process: a child has all descriptors until it has called
// exec, and a link that a child closes last, while it is killed, leaves its breakpoints behind.
func (s *selection) watchReload(ctx context.Context, stderr io.Writer) {
	if s.reader == nil {
		return
	}
	defer s.reader.Close()
	again := time.NewTicker(reloadInterval)
	defer again.Stop()
	watched := slices.Clone(s.scope.pids)
	unloaded := make(map[int]bool)
	for len(watched) > 0 {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
		watched = slices.DeleteFunc(watched, func(pid int) bool {
			return ctx.Err() == nil && !s.isAsSelected(pid, unloaded, stderr)
		})
	}
}

// isAsSelected tells whether a process is there and has no other probes than those selected. It
// warns of others, and once of a process that has unloaded the probes.
func (s *selection) isAsSelected(pid int, unloaded map[int]bool, stderr io.Writer) bool {
	objects, err := s.reader.Read(pid, false)
	if err != nil {
		return false // the process has ended, or now belongs to another user
	}
	known, others := s.compare(objects)
	switch {
	case others:
		warn(stderr, "process %d has loaded other probes that match; run usdt again to trace them",
			pid)
	case !known && !unloaded[pid]:
		warn(stderr, "process %d has unloaded the probes", pid)
		unloaded[pid] = true
	}
	return !others
}

// compare tells whether the objects have any of the sites that were selected, and whether they have
// other sites that match.
func (s *selection) compare(objects []process.Object) (known, others bool) {
	for site := range loadedSites(s.patterns, objects) {
		if s.loaded[site] {
			known = true
		} else {
			others = true
		}
	}
	return known, others
}
