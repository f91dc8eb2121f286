package stapsdt

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Provider is a named set of probes that are loaded together. A program or library usually has one,
// in a global variable.
//
// All methods are safe for concurrent use. A provider that was loaded holds memory and a file until
// Unload or Close; there is no finalizer, and [Providers] returns it until Close. The zero value is
// not usable.
type Provider struct {
	name    string
	backing Backing
	dir     string

	previous, next *Provider // in the registry, whose lock guards them

	// newest is a *Probe, whose older leads to the others. It is accessed atomically, and changed
	// under mu. As an atomic.Pointer, programs would carry the description of its type.
	newest unsafe.Pointer

	mu     sync.Mutex
	closed atomic.Bool     // changed while mu is held
	isLeft bool            // Unload was called, and no Load since: later probes are left alone
	added  func()          // called after a probe was added, nil unless that is to be loaded
	names  map[string]bool // of probes, nil while they are few
	images []*loadedImage  // together they have all probes, except those added since the last Load

	// What the last Load chose, for Info, and why it failed.
	site    string
	skipped []error
	err     error
}

// NewProvider returns a provider without probes. Nothing is published before [Provider.Load].
//
// The name must be made of 1 to MaxName ASCII letters, digits, '_', '.' and '-', and must not start
// with a digit; otherwise the error is an [ErrName]. An option with an invalid value is an
// [ErrArgs].
//
// Names need not be unique: two libraries of a program may have the same. Each provider has images
// of its own, and tracers see the probes of both under that name. If two probes have the same name,
// too, a tracer that looks for them by pid attaches to both; but bpftrace before 0.25 attaches
// twice to one of them, so give it the path of each.
func NewProvider(name string, options ...Option) (*Provider, error) {
	if err := checkName(name); err != nil {
		return nil, &Error{Op: "new", Provider: name, Err: err}
	}
	p := &Provider{name: name}
	for _, o := range options {
		o(p)
	}
	if p.backing > FileBacking {
		return nil, p.fail("new", fmt.Errorf("%w: backing %d", ErrArgs, p.backing))
	}
	p.register()
	return p, nil
}

// MustProvider is like [NewProvider] but panics on an error, for use in global variables.
func MustProvider(name string, options ...Option) *Provider {
	return must(NewProvider(name, options...))
}

// Name returns the provider's name.
func (p *Provider) Name() string { return p.name }

// AddProbe adds a probe whose types are known at run time only. If the compiler knows them, use
// [NewProbe0] to [NewProbe6]. A probe that is added after Load is live from the next Load on.
//
// The rules for names are those of [NewProvider]. The errors are [ErrName], [ErrDuplicate],
// [ErrTooManyArgs], [ErrArgs] (a type is not one of the constants) and [ErrClosed].
func (p *Provider) AddProbe(name string, types ...ArgType) (*Probe, error) {
	return p.addDynamic(name, slices.Clone(types), nil)
}

// Param is an argument as a probe declares it.
type Param struct {
	Name string
	Type ArgType
}

// AddProbeParams is like [Provider.AddProbe], and names the arguments for tracers that show names,
// such as the command usdt. The typed probes take the same names as their last parameters.
//
// A name has 1 to MaxName ASCII letters, digits and '_', and does not start with a digit. Each
// argument has its own; the length of a []byte NAME is called NAME_len. Otherwise the error is an
// [ErrName]. An [ErrArgs] says that a typed probe has names, but not one for each argument.
func (p *Provider) AddProbeParams(name string, params ...Param) (*Probe, error) {
	types, argNames := make([]ArgType, len(params)), make([]string, len(params))
	for i, param := range params {
		types[i], argNames[i] = param.Type, param.Name
	}
	return p.addDynamic(name, types, argNames)
}

func (p *Provider) addDynamic(name string, types []ArgType, argNames []string) (*Probe, error) {
	probe := new(Probe)
	if err := newProbe(probe, p, name, types, argNames); err != nil {
		return nil, err
	}
	return probe, nil
}

// add adds a probe, which must be complete.
func (p *Provider) add(probe *Probe) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed.Load() {
		return ErrClosed
	}
	if p.isTaken(probe.name) {
		return ErrDuplicate
	}
	probe.older = p.latest()
	atomic.StorePointer(&p.newest, unsafe.Pointer(probe))
	if p.names != nil {
		p.names[probe.name] = true
	}
	if p.added != nil && !p.isLeft {
		p.added()
	}
	return nil
}

// isTaken reports whether there is a probe of that name. Few names are compared: a map would take
// more memory than the probes.
func (p *Provider) isTaken(name string) bool {
	if p.names != nil {
		return p.names[name]
	}
	const few = 16
	n := 0
	for probe := p.latest(); probe != nil; probe = probe.older {
		if probe.name == name {
			return true
		}
		n++
	}
	if n > few {
		p.names = make(map[string]bool)
		for probe := p.latest(); probe != nil; probe = probe.older {
			p.names[probe.name] = true
		}
	}
	return false
}

// latest returns the probe that was added last, or nil.
func (p *Provider) latest() *Probe { return (*Probe)(atomic.LoadPointer(&p.newest)) }

// Probes returns the probes in the order in which they were added. The caller owns the slice.
func (p *Provider) Probes() []*Probe {
	var probes []*Probe
	for probe := p.latest(); probe != nil; probe = probe.older {
		probes = append(probes, probe)
	}
	slices.Reverse(probes)
	return probes
}

// Enabled reports whether any of the probes is enabled, for code that prepares arguments of
// several. It takes no lock, and asks one probe after the other, which costs a nanosecond or two
// for each. In hot code ask the few probes that matter.
func (p *Provider) Enabled() bool {
	for probe := p.latest(); probe != nil; probe = probe.older {
		if probe.Enabled() {
			return true
		}
	}
	return false
}

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

func (p *Provider) fail(op string, err error) error {
	return &Error{Op: op, Provider: p.name, Err: err}
}
