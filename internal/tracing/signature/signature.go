// Package signature has what is known of the arguments of a probe: their names and types. It reads
// that from the files of probes that describe themselves.
package signature

import (
	"fmt"
	"strconv"
	"strings"
)

// A Signature says what the arguments of a probe are.
type Signature struct {
	Provider, Probe string
	Description     string // a sentence for people, "" when there is none; any bytes
	Params          []Param
}

// New returns the signature of a probe whose arguments take the places of the note one after
// another: it sets Place of the params.
func New(provider, probe, description string, params ...Param) Signature {
	s := Signature{Provider: provider, Probe: probe, Description: description, Params: params}
	place := 0
	for i := range s.Params {
		s.Params[i].Place = place
		place += s.Params[i].Places()
	}
	return s
}

// A Param is an argument as people see it.
type Param struct {
	Name  string // "" when it is not declared; any bytes
	Type  Type
	Place int // where the note has it, or its first part; counted from 0
}

// Places is how many places of the note the argument takes: two, if it is an address and a length.
func (p Param) Places() int {
	if p.Type.Kind == Bytes || p.Type.Kind == Text {
		return 2
	}
	return 1
}

// Label is the name, or argN with the number of the place.
func (p Param) Label() string {
	if p.Name != "" {
		return p.Name
	}
	return fmt.Sprintf("arg%d", p.Place)
}

// Numbered returns N of the name argN, which means the place N of every probe. No argument has such
// a name of its own.
func Numbered(name string) (place int, ok bool) {
	digits, ok := strings.CutPrefix(name, "arg")
	n, err := strconv.ParseUint(digits, 10, 31)
	return int(n), ok && err == nil
}

// String returns "id uint64".
func (p Param) String() string { return p.Label() + " " + p.Type.Name }

// Places is how many places a note has that the signature is about.
func (s *Signature) Places() int {
	places := 0
	for _, p := range s.Params {
		places += p.Places()
	}
	return places
}

// Named returns the argument with a name or a label, nil when there is none. A nil signature has no
// arguments.
func (s *Signature) Named(name string) *Param {
	if s == nil {
		return nil
	}
	for i := range s.Params {
		if s.Params[i].Label() == name {
			return &s.Params[i]
		}
	}
	return nil
}

// At returns the argument that takes a place of the note, nil when there is none.
func (s *Signature) At(place int) *Param {
	if s == nil {
		return nil
	}
	for i := range s.Params {
		if p := &s.Params[i]; p.Place <= place && place < p.Place+p.Places() {
			return p
		}
	}
	return nil
}

// Size is how many bytes of memory the signature takes, about.
func (s *Signature) Size() int {
	const perSignature, perParam = 128, 64
	size := perSignature + len(s.Provider) + len(s.Probe) + len(s.Description)
	for _, p := range s.Params {
		size += perParam + len(p.Name) + len(p.Type.Name)
	}
	return size
}

// String returns "id uint64, method string".
func (s *Signature) String() string {
	params := make([]string, len(s.Params))
	for i, p := range s.Params {
		params[i] = p.String()
	}
	return strings.Join(params, ", ")
}

// A Type is the type of an argument.
type Type struct {
	Name string // as its program calls it: "time.Duration", "const char *"; any bytes
	Kind Kind
	Size int // of the value in its place, in bytes: 1, 2, 4 or 8
}

// LosesSign reports whether the type is signed and an argument of so many bytes holds all of it,
// although its note may say that it is not signed: a program that passes all arguments as if they
// were addresses, as libvirt does, passes -1 as 8 unsigned bytes.
func (t Type) LosesSign(size int) bool { return size == 8 && (t.Kind == Int || t.Kind == Duration) }

// Kind says how to read a value and how to show it.
type Kind uint8

const (
	Int      Kind = iota + 1 // a signed integer
	Uint                     // an unsigned integer
	Bool                     // 0 is false, all else true
	Float                    // the bits of an IEEE 754 number of 4 or 8 bytes
	Duration                 // a signed number of nanoseconds
	Pointer                  // an address that is not followed
	String                   // the address of text that ends with a NUL
	Text                     // the address of text, and its length in bytes in the next place
	Bytes                    // the address of bytes, and their number in the next place
)

// IsAddress reports whether the value is the address of what people want to see.
func (k Kind) IsAddress() bool { return k >= String }

// IsText reports whether what people want to see is text.
func (k Kind) IsText() bool { return k == String || k == Text }

// A Name names a probe.
type Name struct{ Provider, Probe string }

// A Set is signatures by the names of their probes. It is read only once it is made.
type Set map[Name]*Signature

// NewSet returns the set of the signatures. Of several for one probe, the first counts.
func NewSet(of []Signature) Set {
	set := make(Set, len(of))
	for i := range of {
		name := Name{of[i].Provider, of[i].Probe}
		if set[name] == nil {
			set[name] = &of[i]
		}
	}
	return set
}

// Find returns the signature of a probe, nil when there is none.
func (s Set) Find(provider, probe string) *Signature { return s[Name{provider, probe}] }
