package stapsdt

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// hearing is what probes know of listeners and counters in this process. While its lock is held, no
// other lock is taken but those of listeners and counters.
//
// Only the code of listeners and counters sets hooks, so that programs without do not carry it.
var hearing struct {
	sync.Mutex // guards who hears which probe
	hooks      atomic.Pointer[hearingHooks]

	// busy is where the entries of probes lead that are heard. It differs from every idle word. So
	// Enabled and Fire, which compare the two, need not ask for hearers.
	busy entryWord
}

// hearingHooks are the functions of hear.go.
type hearingHooks struct {
	deliver  func(p *Probe, values *[MaxArgs]unsafe.Pointer)
	announce func(p *Probe) // a new probe
	silence  func(p *Probe) // a probe whose provider is closed
}

// deliver hands the arguments of a fire to those who hear the probe, and reports whether a tracer
// is attached besides.
func (p *Probe) deliver(values *[MaxArgs]unsafe.Pointer) bool {
	hearing.hooks.Load().deliver(p, noEscape(values))
	return *(*entryWord)(atomic.LoadPointer(&p.site)) != p.idle
}

// noEscape hides values from the compiler, which would otherwise allocate all arguments of each
// Fire, because it cannot know that nobody retains them. The stack is not moved in between: there
// is no call, not even one that checks pointers.
//
//go:nosplit
//go:nocheckptr
func noEscape(values *[MaxArgs]unsafe.Pointer) *[MaxArgs]unsafe.Pointer {
	address := uintptr(unsafe.Pointer(values))
	return *(**[MaxArgs]unsafe.Pointer)(unsafe.Pointer(&address))
}

// enterEmbedded lets those probes of a provider enter their slots that the program's file has, and
// returns the others. Only UseSlots sets it, so that programs without slots do not carry it.
var enterEmbedded atomic.Pointer[func(p *Provider, probes []*Probe) (others []*Probe)]

// setSite lets Fire enter the slot at addr, where that word is while nobody is attached.
func (p *Probe) setSite(addr unsafe.Pointer, idle entryWord) {
	hearing.Lock()
	defer hearing.Unlock()
	if p.idle != idle {
		p.setIdle(idle)
	}
	atomic.StorePointer(&p.site, addr)
	p.aim()
}

// setIdle changes the word that Enabled compares with. It does so while the probe is switched off,
// so Enabled may say yes once, and what is fired then enters nothing, or the new site, which is a
// no-op. Hence Enabled needs no atomic load, and the race detector is to know nothing of it.
//
//go:norace
func (p *Probe) setIdle(idle entryWord) { p.idle = idle }

// clearSite switches the site off.
func (p *Probe) clearSite() { p.setSite(unsafe.Pointer(&p.idle), p.idle) }

// aim points the entry to the site, unless somebody hears the probe. The caller holds the lock.
func (p *Probe) aim() {
	entry := p.site
	if p.heard != nil {
		entry = unsafe.Pointer(&hearing.busy)
	}
	atomic.StorePointer(&p.entry, entry)
}
