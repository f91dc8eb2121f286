//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"bytes"
	"errors"
	"fmt"
	"os"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/gdbjit"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// image is a published ELF file with some of a provider's probes, and this process's own mapping
// of their sites.
type image struct {
	probes []*Probe
	path   string
	text   *textRange
	retire *retirement
	pub    publication
	forget func() // takes back what gdb is shown
}

// loadImage publishes an image of probes, maps it and lets the probes point into it.
func (p *Provider) loadImage(probes []*Probe) (_ *image, err error) {
	pub, err := p.publish(probes)
	if err != nil {
		return nil, err
	}
	im := &image{probes: probes, path: pub.path, pub: pub}
	defer func() {
		pub.file.Close()
		if err != nil {
			err = errors.Join(err, pub.withdraw())
		}
	}()
	sites, err := findSites(pub.file, p.name, probes)
	if err != nil {
		return nil, fmt.Errorf("read back %s: %w", pub.path, err)
	}
	if im.retire, err = prepareRetirement(pub.file, sites); err != nil {
		return nil, err
	}
	if im.text, err = mapText(pub.file, probes, sites); err != nil {
		im.retire.discard()
		return nil, err
	}
	im.forget = im.show(sites)
	for i, probe := range probes {
		probe.image = im
		probe.setSite(im.text.at(sites[i]))
	}
	return im, nil
}

// findSites reads the notes of the published file, as a tracer does, and returns the offsets of
// the sites of probes, in their order.
func findSites(file *os.File, provider string, probes []*Probe) ([]uint64, error) {
	notes, err := sdtnote.Read(file)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]uint64, len(notes))
	for _, n := range notes {
		if n.Provider == provider {
			byName[n.Name] = n.FileOffset
		}
	}
	sites := make([]uint64, len(probes))
	for i, probe := range probes {
		offset, ok := byName[probe.name]
		if !ok {
			return nil, fmt.Errorf("no note of probe %s", probe.name)
		}
		var first [1]byte
		if _, err := file.ReadAt(first[:], int64(offset)); err != nil {
			return nil, err
		}
		if first[0] != probe.idle {
			return nil, fmt.Errorf("the site of probe %s begins with %#x, want %#x", probe.name, first[0], probe.idle)
		}
		sites[i] = offset
	}
	return sites, nil
}

// show lets gdb know the probes at the addresses where this process fires them. gdb writes its
// breakpoints into memory, so those it sets in other mappings of the file, such as the dynamic
// linker's, do not matter here.
//
// What is shown is a copy made for these addresses. An installed libstapsdt may lay its images out
// otherwise; then nothing is shown, and the other tracers see the probes all the same.
func (im *image) show(sites []uint64) (forget func()) {
	nothing := func() {}
	file, err := elfimage.Build(im.pub.order.spec(im.address()))
	if err != nil {
		return nothing
	}
	copied, err := sdtnote.Read(bytes.NewReader(file))
	if err != nil {
		return nothing
	}
	for i, n := range copied {
		if n.FileOffset != sites[i] {
			return nothing
		}
	}
	return gdbjit.Register(file)
}

// address returns where offset 0 of the file would be mapped.
func (im *image) address() uintptr { return uintptr(im.text.addr) - uintptr(im.text.offset) }

// unload switches the probes off, puts the retired page in place of the mapped sites, and
// withdraws the image. The order matters to goroutines that are about to enter a site.
func (im *image) unload() error {
	for _, probe := range im.probes {
		probe.image = nil
		probe.clearSite()
	}
	im.forget()
	return errors.Join(im.retire.cover(im.text), im.pub.withdraw())
}
