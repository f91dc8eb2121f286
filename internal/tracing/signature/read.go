package signature

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// These bound what a hostile file can make the signatures take. What is larger is left out.
const (
	maxPlaces      = 64   // of a probe
	maxName        = 255  // bytes of a name
	maxDescription = 1024 // bytes
	maxSize        = 4 << 20
)

// Tags of a probe: the first that begins so names the provider, any other describes the probe.
const providerTag = "provider:"

// ReadBTF returns the signatures in a section with types: the functions that are marked as probes.
// It knows the layout that package elfimage writes. A probe with another one is left out, and so
// are all other types: most sections with types are not about probes. Errors match [ErrFormat].
//
// Any bytes will do: time and memory are linear in their number, and the signatures take some MiB
// at most.
func ReadBTF(section []byte) ([]Signature, error) {
	t, err := parseBTF(section)
	if err != nil {
		return nil, err
	}
	r := reader{btf: t, left: maxSize}
	tags := r.tags()
	var all []Signature
	for id := range uint32(len(t.offsets)) { // #nosec G115 -- fewer than the bytes of the section
		tag := tags[id+1]
		function := t.at(id + 1)
		if function.kind != kindFunc || tag.provider == "" {
			continue
		}
		s, ok := r.signature(function, tag)
		if r.left < 0 {
			return nil, fmt.Errorf("%w: they take more than %d bytes of memory", ErrTooLarge, maxSize)
		}
		if ok {
			all = append(all, s)
		}
	}
	return all, nil
}

// A reader makes signatures of types.
type reader struct {
	*btf
	left int // bytes that signatures may still take, about
}

// probeTag is what the tags of a function say.
type probeTag struct{ provider, description string }

// tags returns the tags of the functions, by id.
func (r *reader) tags() map[uint32]probeTag {
	tags := make(map[uint32]probeTag)
	for i := range r.offsets {
		if r.left < 0 {
			break
		}
		tag := r.at(uint32(i + 1)) // #nosec G115 -- fewer than the bytes of the section
		const whole = 0xffffffff   // the function, not a parameter
		if tag.kind != kindDeclTag || binary.LittleEndian.Uint32(tag.extra) != whole {
			continue
		}
		of := tags[tag.ref]
		if provider, ok := r.string(tag.name, len(providerTag)+maxName); ok &&
			of.provider == "" && strings.HasPrefix(provider, providerTag) {
			of.provider = strings.TrimPrefix(provider, providerTag)
		} else if description, ok := r.string(tag.name, maxDescription); ok {
			of.description = description
		}
		tags[tag.ref] = of
	}
	return tags
}

// string returns a string that is no longer than limit.
func (r *reader) string(offset uint32, limit int) (string, bool) {
	if uint64(offset) >= uint64(len(r.strings)) {
		return "", false
	}
	rest := r.strings[offset:]
	end := bytes.IndexByte(rest[:min(len(rest), limit+1)], 0)
	if end < 0 {
		return "", false
	}
	r.left -= end
	return string(rest[:end]), true
}

// signature returns the signature of a function. It is not ok when that is not a probe.
func (r *reader) signature(function btfType, tag probeTag) (s Signature, ok bool) {
	name, ok := r.string(function.name, maxName)
	proto := r.at(function.ref)
	if !ok || name == "" || proto.kind != kindFuncProto || proto.members > maxPlaces {
		return s, false
	}
	const perSignature, perParam = 128, 64
	r.left -= perSignature + perParam*proto.members
	var params []Param
	for place := 0; place < proto.members && r.left >= 0; {
		p, ok := r.param(proto, place)
		if !ok {
			return s, false
		}
		params = append(params, p)
		place += p.Places()
	}
	s = New(tag.provider, name, tag.description, params...)
	return s, s.hasDistinctLabels()
}

// param returns the parameter at a place of the prototype.
func (r *reader) param(proto btfType, place int) (p Param, ok bool) {
	le, member := binary.LittleEndian, proto.extra[8*place:]
	if p.Name, ok = r.string(le.Uint32(member), maxName); !ok {
		return p, false
	}
	if _, ok := Numbered(p.Name); ok {
		p.Name = "" // it would be that of another argument for every tracer, and in filters
	}
	if p.Type, ok = r.typ(le.Uint32(member[4:])); !ok {
		return p, false
	}
	return p, place+p.Places() <= proto.members
}

// hasDistinctLabels reports whether each label means one argument, also in JSON, where each byte
// that is not part of UTF-8 is U+FFFD.
func (s *Signature) hasDistinctLabels() bool {
	labels := make(map[string]bool, len(s.Params))
	for _, p := range s.Params {
		labels[string([]rune(p.Label()))] = true
	}
	return len(labels) == len(s.Params)
}
