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
	// Address is what gdb wants when the program has no symbol table: add-symbol-file PATH -o ADDRESS.
	// With it, gdb takes the no-op before each site, where Fire enters, for the site: its breakpoint
	// and another tracer's are to be on different bytes. The file's first byte would be as many bytes
	// behind Address as that no-op has, 1 on amd64 and 4 on arm64, if more than the code was mapped;
	// none with an installed libstapsdt (build tag system_libstapsdt).
	Address uintptr
}

// Info returns how the provider is loaded.
func (p *Provider) Info() Info {
	p.mu.Lock()
	defer p.mu.Unlock()
	info := Info{Site: p.site, Skipped: slices.Clone(p.skipped)}
	for _, im := range p.images {
		info.Images = append(info.Images, Image{im.path, im.address() - landing})
	}
	return info
}
