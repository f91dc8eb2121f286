package stapsdt

import (
	"errors"
	"sync"
	"time"
)

// all is held while something is done to all providers. It is taken before the lock of a provider,
// and that before the lock of the registry.
var all sync.Mutex

// Load loads every provider of the process and, from now on, every provider and probe that is
// declared later. It is for programs: a library declares its providers and fires, and leaves it to
// the program whether they are loaded.
//
// All providers are tried, in the order of their declaration. The errors, each of which is an
// [Error] with the name of the provider, are joined. They are those of [Provider.Load].
//
// What is declared later is loaded in the background, when nothing has been declared for some
// 10 ms, or after 100 ms. Probes of a provider that are declared until then have one image
// together. Set their descriptions at once, too: tracers see one that comes later in the next image
// of the probe, as after Unload and Load; package stapsdthttp shows it in any case. If the loading
// fails, [Provider.Info] has the error, and the next declaration is another try. A provider
// that [Provider.Unload] has unloaded is left alone until the next Load, its own or this one.
//
// Load is safe for concurrent use, also with the methods of the providers.
func Load() error {
	return forAll(loadSoon, func(p *Provider) error {
		p.follow(loadSoon)
		return p.Load()
	})
}

// follow sets what is called after a probe was added.
func (p *Provider) follow(added func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.added = added
}

// Following reports whether providers and probes that are declared now will be loaded: Load was
// called, and neither Unload nor Close since. It is safe for concurrent use.
func Following() bool {
	registry.Lock()
	defer registry.Unlock()
	return registry.added != nil
}

// Unload unloads every provider of the process, and ends the loading of those that are declared
// later. All providers are unloaded even if Unload returns an error. The errors of
// [Provider.Unload] are joined. Unload is safe for concurrent use, also with the methods of the
// providers.
func Unload() error {
	return forAll(nil, func(p *Provider) error {
		p.follow(nil)
		return p.Unload()
	})
}

// Close closes every provider of the process: see [Provider.Close]. Those that are declared later
// work, and are not loaded unless Load is called again. The errors are joined. Close is safe for
// concurrent use, also with the methods of the providers.
func Close() error { return forAll(nil, (*Provider).Close) }

// forAll does something to every provider. From now on, added is what new providers call when they
// get a probe.
func forAll(added func(), do func(*Provider) error) error {
	all.Lock()
	defer all.Unlock()
	registry.Lock()
	registry.added = added
	list := providers()
	registry.Unlock()
	var errs []error
	for _, p := range list {
		if err := do(p); !errors.Is(err, ErrClosed) { // somebody else may close one meanwhile
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// What is declared after a Load waits for more until none has come for quietTime, but no longer
// than gatherTime. Each image costs the program a file and a mapping, and a provider gets its
// probes, and a probe its description, one after the other.
var quietTime, gatherTime = 10 * time.Millisecond, 100 * time.Millisecond

// soon is when loadNew will be called.
var soon struct {
	sync.Mutex
	timer *time.Timer // nil if it will not
	end   time.Time   // at the latest
	waits uint64      // that are over
}

// loadSoon has loadNew called in some milliseconds.
func loadSoon() {
	soon.Lock()
	defer soon.Unlock()
	if soon.timer == nil {
		soon.end = time.Now().Add(gatherTime)
		wait := soon.waits
		soon.timer = time.AfterFunc(quietTime, func() { loadNew(wait) })
	} else {
		soon.timer.Reset(min(quietTime, time.Until(soon.end)))
	}
}

// loadNew ends a wait. A timer that is reset when it has gone off, and loadNew has to wait for a
// lock, goes off again: that wait is over then, and there may be another.
func loadNew(wait uint64) {
	all.Lock()
	defer all.Unlock()
	soon.Lock()
	isOver := soon.waits != wait
	if !isOver {
		soon.waits++
		soon.timer = nil // what is added from here on may come too late for this call
	}
	soon.Unlock()
	if !isOver {
		loadAdded()
	}
}

// loadAdded loads what was added to providers that want it. The caller holds the lock of all.
func loadAdded() {
	for _, p := range Providers() {
		_ = p.load(true) // Info has the error
	}
}
