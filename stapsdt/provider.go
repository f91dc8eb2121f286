package stapsdt

import (
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Provider is a named set of probes that are loaded together. A program usually has one, in a
// global variable.
//
// All methods are safe for concurrent use. A provider that was loaded holds memory and a file
// until Close; there is no finalizer. The zero value is not usable.
type Provider struct {
	name    string
	backing Backing
	dir     string

	mu     sync.Mutex
	closed bool
	probes []*Probe        // as declared
	names  map[string]bool // of probes
	images []*loadedImage  // loaded, each with some of the probes; together all but those added since

	// What the last Load chose, for Info.
	site    string
	skipped []error
}

// NewProvider returns a provider without probes. The name is made of 1 to MaxName letters,
// digits, '_', '.' and '-', and does not start with a digit; otherwise the error is ErrName.
// Nothing is published before Load.
func NewProvider(name string, options ...Option) (*Provider, error) {
	if err := checkName(name); err != nil {
		return nil, &Error{Op: "new", Provider: name, Err: err}
	}
	p := &Provider{name: name, names: make(map[string]bool)}
	for _, o := range options {
		o(p)
	}
	if p.backing > FileBacking {
		return nil, p.fail("new", fmt.Errorf("%w: backing %d", ErrArgs, p.backing))
	}
	return p, nil
}

// MustProvider is like [NewProvider] but panics on an error, for use in global variables.
func MustProvider(name string, options ...Option) *Provider {
	return must(NewProvider(name, options...))
}

// Name returns the provider's name.
func (p *Provider) Name() string { return p.name }

// AddProbe adds a probe whose types are known at run time only. Where they are known before, use
// [NewProbe2] and its like. A probe that is added after Load is live from the next Load on.
//
// The errors are ErrName, ErrDuplicate, ErrTooManyArgs, ErrArgs (no such type) and ErrClosed.
func (p *Provider) AddProbe(name string, types ...ArgType) (*Probe, error) {
	probe := new(Probe)
	if err := newProbe(probe, p, name, slices.Clone(types)); err != nil {
		return nil, err
	}
	return probe, nil
}

// add appends a probe that is complete.
func (p *Provider) add(probe *Probe) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	if p.names[probe.name] {
		return ErrDuplicate
	}
	p.names[probe.name] = true
	p.probes = append(p.probes, probe)
	return nil
}

// Probes returns the probes in the order in which they were added.
func (p *Provider) Probes() []*Probe {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.probes)
}

// Load makes all probes live that are not yet: it publishes an image of them, for tracers to
// find, and maps it. The earlier ones stay as they are, tracers included. When there is nothing
// new, Load does nothing.
//
// With STAPSDT_DISABLE=1 in the environment Load does nothing and returns nil: it is the
// operator's decision, not a failure. After an error the probes that were not live stay
// disabled, harmless to fire, nothing is left behind, and Load can be tried again. Errors match
// ErrUnsupported where the platform or build cannot have probes, ErrClosed after Close, and
// ErrArgs when an environment variable has a value that it cannot have.
//
// It takes some 100 µs, and 10 µs more for each probe.
func (p *Provider) Load() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return p.fail("load", ErrClosed)
	}
	missing := p.unloaded()
	if len(missing) == 0 || disabled() {
		return nil
	}
	im, err := p.loadImage(missing)
	if err != nil {
		return p.fail("load", err)
	}
	p.images = append(p.images, im)
	return nil
}

// unloaded returns the probes that no image has.
func (p *Provider) unloaded() []*Probe {
	var missing []*Probe
	for _, probe := range p.probes {
		if probe.image == nil {
			missing = append(missing, probe)
		}
	}
	return missing
}

// Loaded reports whether an image is published. Probes added since may be missing in it.
func (p *Provider) Loaded() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.images) > 0
}

// Path returns what to give to a tracer that does not find the probes by pid: /proc/PID/fd/N of
// this process or the named file, or "" when not loaded. It is the newest image's; see
// [Probe.Path] for each probe's.
func (p *Provider) Path() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.images) == 0 {
		return ""
	}
	return p.images[len(p.images)-1].path
}

// Unload withdraws what Load published. Tracers that are attached see nothing more. The probes
// stay, disabled, and can be loaded again. Other goroutines may fire all the while.
//
// The address range of the sites, a page as a rule, stays mapped: a goroutine may be about to
// enter one. The next Load of a provider of that name with the same probes, perhaps with more
// behind them, uses it again. Unloading an unloaded provider does nothing. After an
// error the provider is unloaded all the same.
func (p *Provider) Unload() error {
	p.mu.Lock()
	defer p.mu.Unlock()
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

// Close unloads the provider for good. Its probes stay harmless to fire. Closing again does
// nothing.
func (p *Provider) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	return p.unload("close")
}

func (p *Provider) fail(op string, err error) error {
	return &Error{Op: op, Provider: p.name, Err: err}
}
