package stapsdt

// ForceSite lets the probe, which must not be loaded, call the C function at entry as if it were
// a site with a tracer attached.
func (p *Probe) ForceSite(entry *byte) {
	p.idle = ^*entry
	p.setSite(entry)
}

// Unforce undoes ForceSite.
func (p *Probe) Unforce() {
	p.idle = idleByte()
	p.clearSite()
}

// Site returns the address of the probe's site.
func (p *Probe) Site() *byte { return (*byte)(p.site) }
