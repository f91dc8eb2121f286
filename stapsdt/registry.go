package stapsdt

import (
	"slices"
	"sync"
)

// registry has the providers that are not closed. It is in every program with probes, so it is as
// small as can be. Nobody who holds its lock waits for another.
var registry struct {
	sync.Mutex
	newest *Provider // and by Provider.older all others
	// added is called, under the lock, after a probe was added to any provider. It is nil unless Load
	// was called: so the code that only Load needs is in no other program.
	added func()
}

// leave takes a provider out of the registry, unless it was taken out before.
func (p *Provider) leave() {
	registry.Lock()
	for at := &registry.newest; *at != nil; at = &(*at).older {
		if *at == p {
			*at = p.older
			break
		}
	}
	registry.Unlock()
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
	var all []*Provider
	for p := registry.newest; p != nil; p = p.older {
		all = append(all, p)
	}
	slices.Reverse(all)
	return all
}
