//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/gdbjit"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// loadedImage is a published image of some of a provider's probes, and this process's own mapping
// of their sites; or it is the program's own file, with nothing but probes and path.
type loadedImage struct {
	probes   []*Probe
	path     string // of the image, for tracers
	sites    *siteRange
	withdraw func() error // undoes the publication
	hide     func()       // takes back what gdb is shown
}

// loadImage publishes an image of probes, maps its sites and lets the probes enter them.
func (p *Provider) loadImage(probes []*Probe) (_ *loadedImage, err error) {
	request, err := p.request(probes)
	if err != nil {
		return nil, err
	}
	pub, err := publish(request)
	if err != nil {
		return nil, advise(err, request)
	}
	defer func() {
		_ = pub.file.Close()
		if err != nil {
			err = errors.Join(err, pub.withdraw())
		}
	}()
	entries, err := findEntries(pub.file, p.name, probes)
	var sites *siteRange
	if err == nil {
		sites, err = readSites(pub.file, entries)
	}
	if err == nil {
		err = sites.check(probes, entries)
	}
	if err != nil {
		return nil, advise(fmt.Errorf("read back %s: %w", pub.path, err), request)
	}
	if err := sites.mapFile(pub.file); err != nil {
		return nil, err
	}
	im := &loadedImage{probes: probes, path: pub.path, sites: sites, withdraw: pub.withdraw}
	im.hide = im.show(request.image, entries)
	for i, probe := range probes {
		probe.image = im
		probe.setSite(im.sites.at(entries[i]), idleWord())
	}
	return im, nil
}

// findEntries returns the offsets in the published file at which the probes are entered, in their
// order. It reads the notes, as a tracer does: a probe that tracers cannot find must not be fired,
// and an installed libstapsdt may lay its images out in another way.
func findEntries(file *os.File, provider string, probes []*Probe) ([]uint64, error) {
	const missing = ^uint64(0)
	entries := make([]uint64, len(probes))
	numbers := make(map[string]int) // of the probes whose note is not where they are
	for i := range entries {
		entries[i] = missing
	}
	next := 0
	err := sdtnote.Each(file, func(n sdtnote.Note) {
		i := next
		next++
		if i >= len(probes) || n.Name != probes[i].name {
			if len(numbers) == 0 {
				for i, probe := range probes {
					numbers[probe.name] = i
				}
			}
			var ok bool
			if i, ok = numbers[n.Name]; !ok {
				return
			}
		}
		if n.Provider == provider {
			entries[i] = n.FileOffset - landing
		}
	})
	if err != nil {
		return nil, err
	}
	if i := slices.Index(entries, missing); i >= 0 {
		return nil, fmt.Errorf("no note of probe %s", probes[i].name)
	}
	return entries, nil
}

// check looks whether each probe's code begins as Enabled expects.
func (r *siteRange) check(probes []*Probe, entries []uint64) error {
	idle := idleWord()
	for i, probe := range probes {
		if w := entryWordOf(r.code[entries[i]-r.first:]); w != idle {
			return fmt.Errorf("the code of probe %s begins with %#x, want %#x", probe.name, w, idle)
		}
	}
	return nil
}

// show shows gdb the probes at the addresses where this process enters them. gdb writes its
// breakpoints into memory, so a breakpoint in another mapping of the file, such as the dynamic
// linker's, would never be hit.
//
// gdb gets a copy of the image that is made for these addresses. If an installed libstapsdt laid
// its image out in another way, gdb is shown nothing, but the other tracers see the probes.
func (im *loadedImage) show(spec elfimage.Spec, entries []uint64) (hide func()) {
	nothing := func() {}
	spec.Base, spec.ForGDB = uint64(im.address()), landing > 0
	file, err := elfimage.Build(spec)
	if err != nil || landing == 0 && !hasEntries(file, entries) {
		return nothing
	}
	return gdbjit.Register(file)
}

// hasEntries reports whether the notes of file have the sites at entries.
func hasEntries(file []byte, entries []uint64) bool {
	notes, err := sdtnote.Read(bytes.NewReader(file))
	if err != nil || len(notes) != len(entries) {
		return false
	}
	for i, n := range notes {
		if n.FileOffset != entries[i] {
			return false
		}
	}
	return true
}

// address returns the address at which offset 0 of the image would be mapped, 0 for the program's
// own file.
func (im *loadedImage) address() uintptr {
	if im.sites == nil {
		return 0
	}
	return uintptr(im.sites.addr) - uintptr(im.sites.offset)
}

// unload switches the probes off, retires the mapped sites, and withdraws the image, if there is
// one. The order matters to goroutines that are about to enter a site.
func (im *loadedImage) unload() error {
	for _, probe := range im.probes {
		probe.image = nil
		probe.clearSite()
	}
	if im.sites == nil {
		return nil
	}
	im.hide()
	return errors.Join(im.sites.retire(), im.withdraw())
}
