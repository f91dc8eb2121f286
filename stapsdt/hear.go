package stapsdt

import (
	"slices"
	"sync/atomic"
	"unsafe"
)

// hearers are those who hear a probe. They are replaced, not changed.
type hearers []subscription

// subscription is a hearer of a probe, and who wants it.
type subscription struct {
	hearer
	subscriber subscriber
}

// hearer receives what a probe fires. It may do so for a moment after it has been taken from the
// probe.
type hearer interface {
	// hear takes the arguments, each with the layout of its declared type, and retains nothing of
	// them. Any number of goroutines call it at once.
	hear(values *[MaxArgs]unsafe.Pointer)
}

// subscriber is a [Listener] or a [Counter].
type subscriber interface {
	matches(p *Probe) bool
	subscribe(p *Probe) hearer // at most one call for each probe
	subscribed() []*Probe      // those probes
	leave(h hearer)            // that of a probe whose provider is closed
}

// subscribers has all that are not closed. It is guarded by the lock of hearing, and replaced, not
// changed.
var subscribers []subscriber

// subscribe lets s hear all probes that match: those that there are, and those that are declared
// later.
func subscribe(s subscriber) {
	hearing.Lock()
	if hearing.hooks.Load() == nil {
		hearing.busy = ^idleWord()
		hearing.hooks.Store(&hearingHooks{(*Probe).hear, (*Probe).announce, (*Probe).silence})
	}
	subscribers = append(slices.Clip(subscribers), s)
	hearing.Unlock()
	for _, provider := range Providers() {
		for _, p := range provider.Probes() {
			p.offer(s)
		}
	}
}

// unsubscribe ends that s hears any probe. Goroutines that fire now may be on their way to it.
func unsubscribe(s subscriber) {
	hearing.Lock()
	defer hearing.Unlock()
	isOurs := func(other subscriber) bool { return other == s }
	subscribers = slices.DeleteFunc(slices.Clone(subscribers), isOurs)
	for _, p := range s.subscribed() {
		p.setHearers(slices.DeleteFunc(slices.Clone(p.hearers()), func(other subscription) bool {
			return other.subscriber == s
		}))
	}
}

// hear hands the arguments of a fire to all who hear the probe.
func (p *Probe) hear(values *[MaxArgs]unsafe.Pointer) {
	for _, h := range p.hearers() {
		h.hear(values)
	}
}

func (p *Probe) hearers() hearers {
	if list := (*hearers)(atomic.LoadPointer(&p.heard)); list != nil {
		return *list
	}
	return nil
}

// setHearers replaces who hears the probe. As long as the entry says that somebody does, somebody
// does: a goroutine that asks Enabled misses one fire at most. The caller holds the lock.
func (p *Probe) setHearers(list hearers) {
	if len(list) == 0 {
		atomic.StorePointer(&p.entry, p.site)
		atomic.StorePointer(&p.heard, nil)
		return
	}
	atomic.StorePointer(&p.heard, unsafe.Pointer(&list))
	p.aim()
}

// announce offers a new probe to those who hear others.
func (p *Probe) announce() {
	hearing.Lock()
	all := subscribers
	hearing.Unlock()
	for _, s := range all {
		p.offer(s)
	}
}

// offer lets s hear the probe if it matches, once, unless s or the probe's provider is closed.
func (p *Probe) offer(s subscriber) {
	if !s.matches(p) {
		return
	}
	hearing.Lock()
	defer hearing.Unlock()
	if p.provider.closed.Load() || !slices.Contains(subscribers, s) {
		return
	}
	list := slices.Clip(p.hearers())
	isOurs := func(other subscription) bool { return other.subscriber == s }
	if !slices.ContainsFunc(list, isOurs) {
		p.setHearers(append(list, subscription{s.subscribe(p), s}))
	}
}

// silence ends that anybody hears the probe, for good: its provider is closed.
func (p *Probe) silence() {
	hearing.Lock()
	defer hearing.Unlock()
	list := p.hearers()
	p.setHearers(nil)
	for _, s := range list {
		s.subscriber.leave(s.hearer)
	}
}
