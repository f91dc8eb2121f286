package stapsdt

import (
	"errors"
	"slices"
)

// Load activates the probes that are not loaded yet: it publishes an image of them, which tracers
// can find, and maps the image. Probes of an earlier Load stay as they are, and their tracers stay
// attached. If there is no new probe, Load does nothing.
//
// With STAPSDT_DISABLE=1 in the environment Load does nothing and returns nil: this is the
// operator's decision, not a failure.
//
// Errors match [ErrUnsupported] if the platform or build cannot have probes, [ErrClosed] after
// Close, and [ErrArgs] if an environment variable has an invalid value. Errors of the system match
// their syscall.Errno, and say what the operator can do. After an error nothing is left behind, the
// new probes stay disabled and harmless to fire, except those in the program's file, and Load can
// be tried again.
//
// One Load takes at least 10000 new probes, and 50000 whose names and arguments are short. Of more,
// tracers would read none: call Load now and then while you declare them.
//
// Load takes some 35 µs, with cgo 50 µs, and 1.5 µs more for each probe; with cgo also 35 ns more
// for each image that is loaded, because the dynamic linker looks at them all. After every 64 or so
// unloads, it stops all goroutines once, for some 10 µs.
func (p *Provider) Load() error { return p.load(false) }

// load is Load or, if it follows a declaration after the [Load] of all providers, what that does.
func (p *Provider) load(follows bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed.Load() {
		return p.fail("load", ErrClosed)
	}
	if follows && (p.added == nil || p.isLeft) {
		return nil
	}
	p.isLeft = false
	p.err = nil
	missing := p.unloaded()
	if len(missing) == 0 || disabled() {
		return nil
	}
	p.site, p.skipped = "", nil
	if enter := enterEmbedded.Load(); enter != nil {
		if missing = (*enter)(p, missing); len(missing) == 0 {
			return nil
		}
	}
	im, err := p.loadImage(missing)
	if err != nil {
		p.err = p.fail("load", err)
		return p.err
	}
	p.images = append(p.images, im)
	return nil
}

// unloaded returns the probes that are in no image, in the order in which they were added.
func (p *Provider) unloaded() []*Probe {
	var missing []*Probe
	for probe := p.latest(); probe != nil; probe = probe.older {
		if probe.image == nil {
			missing = append(missing, probe)
		}
	}
	slices.Reverse(missing)
	return missing
}

// Loaded reports whether an image is published. Probes that were added after the last Load are not
// in it.
func (p *Provider) Loaded() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.images) > 0
}

// Path returns what to give to a tracer that does not find the probes by pid: /proc/PID/fd/N, with
// the pid of this process, or the absolute path of the named file. It is /proc/PID/exe for probes
// in the program's file, and "" while the provider is not loaded.
//
// If probes were added after a Load, there are several images, and Path is that of the newest;
// [Probe.Path] is that of the image with the probe.
func (p *Provider) Path() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.images) == 0 {
		return ""
	}
	return p.images[len(p.images)-1].path
}

// Unload withdraws what Load published. Attached tracers see nothing more. The probes stay,
// disabled, and can be loaded again. Other goroutines may fire all the while. Unloading a provider
// that is not loaded does nothing. The provider is unloaded even if Unload returns an error. It
// stays so until the next Load, its own or that of all providers, even if probes are added.
//
// The address range of the sites, usually one page, stays mapped, because a goroutine may be about
// to enter a site. Later Loads, of any provider, use such ranges again.
func (p *Provider) Unload() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.isLeft = true
	return p.unload("unload")
}

func (p *Provider) unload(op string) error {
	var errs []error
	for _, im := range p.images {
		errs = append(errs, im.unload())
	}
	p.images = nil
	if err := errors.Join(errs...); err != nil {
		return p.fail(op, err)
	}
	return nil
}

// Close unloads the provider for good: further calls of Load and AddProbe return [ErrClosed]. Its
// probes stay harmless to fire. Closing again does nothing. The errors are those of Unload.
func (p *Provider) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed.Load() {
		p.closed.Store(true)
		p.unregister()
		if hooks := hearing.hooks.Load(); hooks != nil {
			for probe := p.latest(); probe != nil; probe = probe.older {
				hooks.silence(probe)
			}
		}
	}
	return p.unload("close")
}
