package stapsdt

import (
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

func (p *Provider) fail(op string, err error) error {
	return &Error{Op: op, Provider: p.name, Err: err}
}
