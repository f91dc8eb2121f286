package stapsdt

import "unsafe"

// ForceEntry lets the probe, which must not be loaded, call the C function at entry as if it were
// one with a tracer attached.
func (p *Probe) ForceEntry(entry unsafe.Pointer) {
	p.idle = ^*(*entryWord)(entry)
	p.setEntry(entry)
}

// Unforce undoes ForceEntry.
func (p *Probe) Unforce() {
	p.idle = idleWord()
	p.clearEntry()
}

// EntrySize is how many bytes from the entry on Enabled looks at.
const EntrySize = int(unsafe.Sizeof(entryWord(0)))

// Code returns a part of what Fire runs, from the entry on. The probe must be loaded.
func (p *Probe) Code() []byte { return unsafe.Slice((*byte)(p.entry), 10) }

// Site returns the address of the probe's site, which must be loaded.
func (p *Probe) Site() *byte { return (*byte)(unsafe.Add(p.entry, landing)) }
