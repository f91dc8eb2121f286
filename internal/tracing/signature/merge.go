package signature

import (
	"encoding/binary"
	"fmt"
)

// Merge returns one section with the types of several, as ReadBTF reads them: the numbers of types
// and the offsets of strings are moved by what is before. It knows the kinds of types that
// signatures are made of. A single section is returned as it is. The result may be larger than what
// ReadFile reads of a file; then the error matches [ErrTooLarge].
func Merge(sections [][]byte) ([]byte, error) {
	if len(sections) == 1 {
		return sections[0], nil
	}
	var types, strings []byte
	var number uint32
	for _, section := range sections {
		t, err := parseBTF(section)
		if err != nil {
			return nil, err
		}
		m := mover{types: number, strings: uint32(len(strings))} // #nosec G115 -- see maxBTF
		for id := range uint32(len(t.offsets)) {                 // #nosec G115 -- see maxBTF
			if types, err = m.appendType(types, t.at(id+1)); err != nil {
				return nil, err
			}
		}
		number += uint32(len(t.offsets)) // #nosec G115 -- see maxBTF
		strings = append(strings, t.strings...)
		if len(types)+len(strings) > maxBTF-btfHeaderSize {
			return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, maxBTF)
		}
	}
	return frame(types, strings), nil
}

// frame returns a section with these types and strings.
func frame(types, strings []byte) []byte {
	le := binary.LittleEndian
	section := append(le.AppendUint16(nil, btfMagic), btfVersion, 0)
	for _, word := range []int{btfHeaderSize, 0, len(types), len(types), len(strings)} {
		section = le.AppendUint32(section, uint32(word)) // #nosec G115 -- see maxBTF
	}
	return append(append(section, types...), strings...)
}

// A mover has what is added to the numbers of types and to the offsets of strings.
type mover struct{ types, strings uint32 }

// appendType appends a moved type to b.
func (m mover) appendType(b []byte, t btfType) ([]byte, error) {
	le := binary.LittleEndian
	ref := t.ref
	switch t.kind {
	case kindInt, kindFloat: // the size
	case kindPtr, kindTypedef, kindConst, kindFunc, kindFuncProto, kindDeclTag:
		ref = moved(ref, m.types)
	default:
		return nil, malformed("a type of kind %d, of which no signature is made", t.kind)
	}
	b = le.AppendUint32(b, moved(t.name, m.strings))
	b = le.AppendUint32(b, t.info)
	b = le.AppendUint32(b, ref)
	if t.kind != kindFuncProto {
		return append(b, t.extra...), nil
	}
	for extra := t.extra; len(extra) > 0; extra = extra[8:] {
		b = le.AppendUint32(b, moved(le.Uint32(extra), m.strings))
		b = le.AppendUint32(b, moved(le.Uint32(extra[4:]), m.types))
	}
	return b, nil
}

// moved adds to a number. Void and the empty string, which are 0 in every section, stay.
func moved(n, by uint32) uint32 {
	if n == 0 {
		return 0
	}
	return n + by
}
