package stapsdt

import (
	"fmt"
	"reflect"
	"slices"
	"sync/atomic"
	"unsafe"
)

// Probe is a place in the program where a tracer can attach, with arguments whose types are known
// at run time only: see [Provider.AddProbe]. Probe0 to Probe6 are probes with types that the
// compiler checks; each embeds a Probe.
//
// All methods are safe for concurrent use, also with Load, Unload and Close of the provider. The
// zero value is not usable, and a Probe must not be copied.
type Probe struct {
	// entry is the address that Fire calls, or the address of idle while the probe is not loaded. It
	// is accessed atomically. Each address that it ever held stays valid: sites are never unmapped.
	// It is the first field, because Fire is inlined only if &p.entry is p.
	entry unsafe.Pointer
	idle  entryWord // the word at entry while nobody is attached and nobody hears

	// site is where cstub.Call enters: as entry, but whether or not somebody hears the probe. heard
	// has these. Both are accessed atomically, and changed while the lock of hearing is held.
	site  unsafe.Pointer
	heard unsafe.Pointer // a *hearers, whose type description programs would carry

	_        noCopy // because entry may point to idle
	provider *Provider
	older    *Probe // of the same provider
	name     string
	types    []ArgType
	sizes    []int        // the wire form of types
	goTypes  reflect.Type // of a function with the arguments, nil for a dynamic probe
	names    *placeNames  // of the arguments
	byValue  bool         // no argument is an address

	// Guarded by provider.mu.
	description string       // a sentence, "" for none
	image       *loadedImage // the image that has the probe, nil while not loaded
}

// noCopy makes go vet complain about copies.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// Types returns the declared types of the arguments. The caller owns the slice.
func (p *Probe) Types() []ArgType { return slices.Clone(p.types) }

// Name returns the name with which the probe was declared.
func (p *Probe) Name() string { return p.name }

// Provider returns the provider with which the probe was declared.
func (p *Probe) Provider() *Provider { return p.provider }

// Enabled reports whether a tracer is attached to the probe in this process, or a [Listener] or
// [Counter] hears it. It costs less than a nanosecond. Use it to compute costly arguments only when
// somebody will read them.
func (p *Probe) Enabled() bool { return *(*entryWord)(atomic.LoadPointer(&p.entry)) != p.idle }

// Path returns what to give to a tracer that cannot find this probe by pid, or "" while the probe
// is not loaded: see [Provider.Path]. Probes of one provider have different paths if some
// were added after a Load.
func (p *Probe) Path() string {
	p.provider.mu.Lock()
	defer p.provider.mu.Unlock()
	if p.image == nil {
		return ""
	}
	return p.image.path
}

// newTyped is newProbe for the n arguments of a function type, each of which is an [Arg].
func newTyped(p *Probe, provider *Provider, name string, n int, goTypes reflect.Type,
	argNames []string) error {
	types := make([]ArgType, n)
	for i := range types {
		types[i] = argTypeOf[goTypes.In(i).Kind()]
	}
	p.goTypes = goTypes
	return newProbe(p, provider, name, types, argNames)
}

// newProbe initializes p and adds it to provider. There may be no argNames.
func newProbe(p *Probe, provider *Provider, name string, types []ArgType, argNames []string) error {
	if provider == nil {
		return &Error{Op: "add", Probe: name, Err: fmt.Errorf("%w: the provider is nil", ErrArgs)}
	}
	fail := func(err error) error {
		return &Error{Op: "add", Provider: provider.name, Probe: name, Err: err}
	}
	if err := checkName(name); err != nil {
		return fail(err)
	}
	sizes, err := wireSizes(types)
	if err != nil {
		return fail(err)
	}
	names, err := namePlaces(argNames, types)
	if err != nil {
		return fail(err)
	}
	p.provider, p.name, p.types, p.sizes, p.names = provider, name, types, sizes, names
	p.byValue = true
	for _, t := range types {
		p.byValue = p.byValue && !t.isAddress()
	}
	p.idle = idleWord()
	p.clearSite()
	if err := provider.add(p); err != nil {
		return fail(err)
	}
	if hooks := hearing.hooks.Load(); hooks != nil {
		hooks.announce(p)
	}
	return nil
}
