package stapsdt

import "sync"

// registry has the providers that were made and not closed, in the order of their declaration.
// While its lock is held, no other lock is taken.
var registry struct {
	sync.Mutex
	first, last *Provider

	// added is for new providers: see Provider. Only the code of Load sets it, so that programs that
	// do not call Load do not carry what it does.
	added func()
}

// register puts a new provider at the end of the registry.
func (p *Provider) register() {
	registry.Lock()
	defer registry.Unlock()
	p.previous = registry.last
	if p.previous == nil {
		registry.first = p
	} else {
		p.previous.next = p
	}
	registry.last = p
	p.added = registry.added
}

// unregister takes a provider out of the registry, once.
func (p *Provider) unregister() {
	registry.Lock()
	defer registry.Unlock()
	if p.previous == nil {
		registry.first = p.next
	} else {
		p.previous.next = p.next
	}
	if p.next == nil {
		registry.last = p.previous
	} else {
		p.next.previous = p.previous
	}
	p.previous, p.next = nil, nil
}

// Providers returns the providers of the process that are not closed, in the order of their
// declaration. A provider that is never closed stays there, and in memory. The caller owns the
// slice. Providers is safe for concurrent use.
func Providers() []*Provider {
	registry.Lock()
	defer registry.Unlock()
	return providers()
}

// providers is Providers for those who hold the lock.
func providers() []*Provider {
	var list []*Provider
	for p := registry.first; p != nil; p = p.next {
		list = append(list, p)
	}
	return list
}
