package stapsdt

import (
	"fmt"
	"unicode/utf8"
)

// MaxDescription is the length of the longest description of a probe, in bytes.
const MaxDescription = 1024

// SetDescription says in a sentence when the probe is fired, for those who trace it: the command
// usdt shows it. It comes with the next image that the probe is loaded in, so set it before Load.
//
// The sentence must be one line of UTF-8, without control characters, of at most MaxDescription
// bytes; otherwise the error is an [ErrArgs]. An empty one takes the description back.
func (p *Probe) SetDescription(sentence string) error {
	if err := checkDescription(sentence); err != nil {
		return &Error{Op: "describe", Provider: p.provider.name, Probe: p.name, Err: err}
	}
	p.provider.mu.Lock()
	defer p.provider.mu.Unlock()
	p.description = sentence
	return nil
}

func checkDescription(sentence string) error {
	if len(sentence) > MaxDescription {
		return fmt.Errorf("%w: a description of %d bytes, at most %d", ErrArgs, len(sentence),
			MaxDescription)
	}
	if !utf8.ValidString(sentence) {
		return fmt.Errorf("%w: a description that is not UTF-8", ErrArgs)
	}
	for i := range len(sentence) {
		if c := sentence[i]; c < ' ' || c == 0x7f {
			return fmt.Errorf("%w: a description with the control character %q at byte %d; write one line",
				ErrArgs, c, i)
		}
	}
	return nil
}

// mustDescribe is SetDescription for the probes of global variables.
func (p *Probe) mustDescribe(sentence string) {
	if err := p.SetDescription(sentence); err != nil {
		panic(err)
	}
}

// Describe is like [Probe.SetDescription] but panics on an error, and returns the probe, for use in
// global variables.
func (p *Probe0) Describe(sentence string) *Probe0 {
	p.mustDescribe(sentence)
	return p
}

// Describe is like [Probe.SetDescription] but panics on an error, and returns the probe, for use in
// global variables.
func (p *Probe1[A]) Describe(sentence string) *Probe1[A] {
	p.mustDescribe(sentence)
	return p
}

// Describe is like [Probe.SetDescription] but panics on an error, and returns the probe, for use in
// global variables.
func (p *Probe2[A, B]) Describe(sentence string) *Probe2[A, B] {
	p.mustDescribe(sentence)
	return p
}

// Describe is like [Probe.SetDescription] but panics on an error, and returns the probe, for use in
// global variables.
func (p *Probe3[A, B, C]) Describe(sentence string) *Probe3[A, B, C] {
	p.mustDescribe(sentence)
	return p
}

// Describe is like [Probe.SetDescription] but panics on an error, and returns the probe, for use in
// global variables.
func (p *Probe4[A, B, C, D]) Describe(sentence string) *Probe4[A, B, C, D] {
	p.mustDescribe(sentence)
	return p
}

// Describe is like [Probe.SetDescription] but panics on an error, and returns the probe, for use in
// global variables.
func (p *Probe5[A, B, C, D, E]) Describe(sentence string) *Probe5[A, B, C, D, E] {
	p.mustDescribe(sentence)
	return p
}

// Describe is like [Probe.SetDescription] but panics on an error, and returns the probe, for use in
// global variables.
func (p *Probe6[A, B, C, D, E, F]) Describe(sentence string) *Probe6[A, B, C, D, E, F] {
	p.mustDescribe(sentence)
	return p
}
