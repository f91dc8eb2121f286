//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"unsafe"

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
	entries, err := findEntries(pub.file, p.name, probes)
	if err != nil {
		return nil, fmt.Errorf("read back %s: %w", pub.path, err)
	}
	if im.retire, err = prepareRetirement(pub.file, entries); err != nil {
		return nil, err
	}
	if im.text, err = mapText(pub.file, probes, entries); err != nil {
		im.retire.discard()
		return nil, err
	}
	im.forget = im.show(entries)
	for i, probe := range probes {
		probe.image = im
		probe.setEntry(im.text.at(entries[i]))
	}
	return im, nil
}

// findEntries reads the notes of the published file, as a tracer does, and returns the offsets at
// which to enter the probes, in their order.
func findEntries(file *os.File, provider string, probes []*Probe) ([]uint64, error) {
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
	entries := make([]uint64, len(probes))
	for i, probe := range probes {
		site, ok := byName[probe.name]
		if !ok {
			return nil, fmt.Errorf("no note of probe %s", probe.name)
		}
		entries[i] = site - landing
		var code [unsafe.Sizeof(probe.idle)]byte
		if _, err := file.ReadAt(code[:], int64(entries[i])); err != nil {
			return nil, err
		}
		if w := entryWordOf(code[:]); w != probe.idle {
			return nil, fmt.Errorf("the code of probe %s begins with %#x, want %#x", probe.name, w, probe.idle)
		}
	}
	return entries, nil
}

// show lets gdb know the probes at the addresses where this process enters them. gdb writes its
// breakpoints into memory, so those it sets in other mappings of the file, such as the dynamic
// linker's, do not matter here.
//
// What is shown is a copy made for these addresses. An installed libstapsdt may lay its images out
// otherwise; then nothing is shown, and the other tracers see the probes all the same.
func (im *image) show(entries []uint64) (forget func()) {
	nothing := func() {}
	spec := im.pub.order.spec()
	spec.Base, spec.ForGDB = uint64(im.address()), landing > 0
	file, err := elfimage.Build(spec)
	if err != nil {
		return nothing
	}
	copied, err := sdtnote.Read(bytes.NewReader(file))
	if err != nil {
		return nothing
	}
	for i, n := range copied {
		if n.FileOffset != entries[i] {
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
		probe.clearEntry()
	}
	im.forget()
	return errors.Join(im.retire.cover(im.text), im.pub.withdraw())
}
