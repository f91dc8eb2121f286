package stapsdt

import (
	"strconv"
	"strings"
	"sync/atomic"
)

// What a probe says about itself, for pages and lists. Everything here is safe for concurrent use.

// Description returns the sentence of [Probe.SetDescription], "" if there is none.
func (p *Probe) Description() string {
	p.provider.mu.Lock()
	defer p.provider.mu.Unlock()
	return p.description
}

// Params returns the declared arguments; their names are "" if the declaration has none. The caller
// owns the slice.
func (p *Probe) Params() []Param {
	params := make([]Param, len(p.types))
	place := 0
	for i, t := range p.types {
		params[i] = Param{p.names[place], t}
		place += len(wire[t])
	}
	return params
}

// TypeName returns the name of the type of argument i, as tracers show it: that of [Probe.GoTypes],
// such as time.Duration, int8 or []byte.
func (p *Probe) TypeName(i int) string {
	if name := p.GoTypes()[i].String(); name != "[]uint8" {
		return name
	}
	return "[]byte"
}

// Signature returns names and types of the arguments, as the command usdt lists them: "id uint64,
// customer string". An argument without a name is called argN, by its first place.
func (p *Probe) Signature() string {
	var b strings.Builder
	place := 0
	for i, t := range p.types {
		if i > 0 {
			b.WriteString(", ")
		}
		name := p.names[place]
		if name == "" {
			name = "arg" + strconv.Itoa(place)
		}
		b.WriteString(name + " " + p.TypeName(i))
		place += len(wire[t])
	}
	return b.String()
}

// Traced reports whether a tracer is attached to the probe in this process.
func (p *Probe) Traced() bool { return *(*entryWord)(atomic.LoadPointer(&p.site)) != p.idle }

// Heard reports whether a [Listener] or a [Counter] hears the probe.
func (p *Probe) Heard() bool { return atomic.LoadPointer(&p.heard) != nil }

// HeardBy returns how many listeners and counters hear the probe.
func (p *Probe) HeardBy() int { return len(p.hearers()) }
