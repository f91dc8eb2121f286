package stapsdt

import (
	"strings"
	"unsafe"
)

// ForceEntry makes the probe, which must not be loaded, call the C function at entry, as if that
// were its slot and a tracer were attached.
func (p *Probe) ForceEntry(entry unsafe.Pointer) {
	p.setSite(entry, ^*(*entryWord)(entry))
}

// Unforce undoes ForceEntry.
func (p *Probe) Unforce() {
	p.setSite(unsafe.Pointer(&p.idle), idleWord())
}

// ChangeIdle does what a Load and Unload do that find the probe in another place, where another
// form of the site is.
func (p *Probe) ChangeIdle() { p.setSite(unsafe.Pointer(&p.idle), ^p.idle) }

// EntrySize is the number of bytes at the entry that Enabled looks at.
const EntrySize = int(unsafe.Sizeof(entryWord(0)))

// Code returns the first bytes of the code that Fire enters. The probe must be loaded.
func (p *Probe) Code() []byte { return unsafe.Slice((*byte)(p.entry), 10) }

// Site returns the address of the site. The probe must be loaded.
func (p *Probe) Site() *byte { return (*byte)(unsafe.Add(p.entry, landing)) }

// ArgNames returns the names of the places of the arguments of p, separated by spaces.
func ArgNames(p *Probe) string { return strings.TrimSpace(strings.Join(p.names[:], " ")) }

// HoldAll keeps Load, Unload, Close and what follows a Load from going on until release is called.
func HoldAll() (release func()) {
	all.Lock()
	return all.Unlock
}

// LoadAdded is what follows a declaration after Load.
func LoadAdded() {
	all.Lock()
	defer all.Unlock()
	loadAdded()
}

// Waits is how many waits for more declarations are over.
func Waits() uint64 {
	soon.Lock()
	defer soon.Unlock()
	return soon.waits
}

// LoadNew is what the timer of a wait calls.
var LoadNew = loadNew

// QuietTime and GatherTime are how long it waits for more declarations.
var QuietTime, GatherTime = &quietTime, &gatherTime
