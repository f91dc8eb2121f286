//go:build linux

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// reloadInterval is how often the traced process is asked what it has mapped.
const reloadInterval = time.Second

// loadedProbes are those of a process that match the patterns of a command line.
type loadedProbes struct {
	patterns []*pattern
	sites    map[loadedSite]bool
}

// A loadedSite is a site of a mapped file.
type loadedSite struct {
	dev, inode, offset uint64
	probe              probeName
}

// remember keeps what is loaded when probes are selected.
func (t target) remember(patterns []*pattern, objects []process.Object) {
	if t.loaded != nil && !t.all {
		*t.loaded = loadedProbes{patterns, loadedSites(patterns, objects)}
	}
}

func loadedSites(patterns []*pattern, objects []process.Object) map[loadedSite]bool {
	sites := make(map[loadedSite]bool)
	for _, o := range objects {
		for _, n := range o.Notes {
			name := probeName{n.Provider, n.Name}
			for _, p := range patterns {
				if p.matches(name) {
					sites[loadedSite{o.Dev, o.Inode, n.FileOffset, name}] = true
				}
			}
		}
	}
	return sites
}

// watchReload warns until ctx is done when the process loads probes that match, which come in other files than
// those that are traced, or unloads what is traced: otherwise it would just fall silent. The caller waits.
func (t target) watchReload(ctx context.Context) (wait func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if t.loaded != nil && t.loaded.sites != nil {
			t.awaitReload(ctx)
		}
	}()
	return func() { <-ended }
}

func (t target) awaitReload(ctx context.Context) {
	again := time.NewTicker(reloadInterval)
	defer again.Stop()
	var files process.Reader
	unloaded := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
		objects, err := files.Read(t.pid)
		if err != nil {
			return // the process has ended, or has become another user's
		}
		known, others := t.loaded.compare(loadedSites(t.loaded.patterns, objects))
		switch {
		case others:
			t.warn(fmt.Errorf("%v has loaded other probes that match; run usdt again to trace them", t))
			return
		case !known && !unloaded:
			t.warn(fmt.Errorf("%v has unloaded the probes", t))
			unloaded = true
		}
	}
}

// compare tells whether any of the sites are known, and whether any are not.
func (l *loadedProbes) compare(sites map[loadedSite]bool) (known, others bool) {
	for site := range sites {
		if l.sites[site] {
			known = true
		} else {
			others = true
		}
	}
	return known, others
}
