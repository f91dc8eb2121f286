package stapsdt

import "slices"

// Info says how a provider is loaded, for logs and bug reports.
type Info struct {
	// Images are what is published, the oldest first; none when not loaded.
	Images []Image
	// Site is the machine instruction that the last Load chose for the probe sites: "nop", which
	// every kernel can trace; "nop5" on Linux 6.18 and "nop10" on later ones, which these kernels
	// trace faster. "" before any Load. STAPSDT_SITE overrides the choice, for diagnosis only.
	Site string
	// Skipped are the directories that were passed over in the search of one for named files, and
	// why, and what files of dead processes could not be removed.
	Skipped []error
}

// Image is a published ELF file with some or all of a provider's probes.
type Image struct {
	// Path is the file, for a tracer that is told where to look.
	Path string
	// Address is where the file's first byte would be in this process, if more than the sites was
	// mapped. gdb wants it when the program has no symbol table: add-symbol-file PATH -o ADDRESS.
	Address uintptr
}

// Info returns how the provider is loaded.
func (p *Provider) Info() Info {
	p.mu.Lock()
	defer p.mu.Unlock()
	info := Info{Site: p.site, Skipped: slices.Clone(p.skipped)}
	for _, im := range p.images {
		info.Images = append(info.Images, Image{im.path, im.address()})
	}
	return info
}
