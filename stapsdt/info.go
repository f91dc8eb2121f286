package stapsdt

import "slices"

// Info says how a provider is loaded, for logs and bug reports.
type Info struct {
	// Images are the published images, the oldest first. There are none while the provider is not
	// loaded.
	Images []Image
	// Site is the machine instruction that the last Load chose for the probe sites: "nop", which
	// every kernel can trace, or "nop5" on Linux 6.18 and "nop10" on later kernels, which trace it
	// faster. It is "" if that Load was for none but probes in the program's file. STAPSDT_SITE
	// overrides the choice, for diagnosis only.
	Site string
	// Skipped has an error for each directory that the last Load of a named file passed over, and
	// for each file of a dead process that it could not remove; or for the program's own file, if
	// that may have probes and could not be read.
	Skipped []error
	// Err is the error of the last Load, also of one that was due because another probe was declared
	// after the [Load] of all providers. It is nil if that Load succeeded.
	Err error
}

// Image is a published ELF file with some or all of a provider's probes.
type Image struct {
	// Path is what to give to a tracer that cannot find the probes by pid. See [Provider.Path].
	Path string
	// Address is the -o argument of gdb's add-symbol-file, which a program without a symbol table
	// needs:
	//
	//	add-symbol-file PATH -o ADDRESS
	//
	// It is where the file's first byte would be in memory, lowered by the size of the no-op before
	// each site, so that gdb sets its breakpoint on that no-op, and not on the site, where other
	// tracers have theirs.
	Address uintptr
}

// Info returns how the provider is loaded.
func (p *Provider) Info() Info {
	p.mu.Lock()
	defer p.mu.Unlock()
	info := Info{Site: p.site, Skipped: slices.Clone(p.skipped), Err: p.err}
	for _, im := range p.images {
		info.Images = append(info.Images, Image{im.path, max(im.address(), landing) - landing})
	}
	return info
}
