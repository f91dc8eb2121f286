package signature

import (
	"encoding/binary"
)

// The type format of the kernel: Documentation/bpf/btf.rst.
const (
	btfMagic      = 0xeb9f
	btfVersion    = 1
	btfHeaderSize = 24
	btfTypeSize   = 12
)

// A btfKind says what a type is (BTF_KIND_*).
type btfKind uint8

const (
	kindInt       btfKind = 1
	kindPtr       btfKind = 2
	kindArray     btfKind = 3
	kindStruct    btfKind = 4
	kindUnion     btfKind = 5
	kindEnum      btfKind = 6
	kindTypedef   btfKind = 8
	kindVolatile  btfKind = 9
	kindConst     btfKind = 10
	kindRestrict  btfKind = 11
	kindFunc      btfKind = 12
	kindFuncProto btfKind = 13
	kindVar       btfKind = 14
	kindDatasec   btfKind = 15
	kindFloat     btfKind = 16
	kindDeclTag   btfKind = 17
	kindTypeTag   btfKind = 18
	kindEnum64    btfKind = 19
)

// extra returns how many bytes follow a type with that number of members.
func (k btfKind) extra(members int) (bytes int, ok bool) {
	switch k {
	case kindInt, kindVar, kindDeclTag:
		return 4, true
	case kindArray:
		return 12, true
	case kindStruct, kindUnion, kindDatasec, kindEnum64:
		return 12 * members, true
	case kindEnum, kindFuncProto:
		return 8 * members, true
	case kindPtr, kindTypedef, kindVolatile, kindConst, kindRestrict, kindFunc, kindFloat,
		kindTypeTag, 7: // 7 is a forward declaration
		return 0, true
	}
	return 0, false
}

// A btfType is struct btf_type with what follows it.
type btfType struct {
	name    uint32 // offset in the strings
	info    uint32 // kind, members and a flag
	kind    btfKind
	members int
	ref     uint32 // the size in bytes, or the id of another type
	extra   []byte
}

// A btf is the types of a section, by id less 1. Types are decoded when they are looked at.
type btf struct {
	types   []byte
	offsets []uint32 // in types
	strings []byte
}

// parseBTF finds the types. It takes 4 bytes of memory for each 12 of the section at most.
func parseBTF(b []byte) (*btf, error) {
	le := binary.LittleEndian
	if len(b) < btfHeaderSize || le.Uint16(b) != btfMagic || b[2] != btfVersion {
		return nil, malformed("no header of version %d", btfVersion)
	}
	header := uint64(le.Uint32(b[4:]))
	if header < btfHeaderSize || header > uint64(len(b)) {
		return nil, malformed("a header of %d bytes", header)
	}
	t := new(btf)
	var ok bool
	rest := b[header:]
	if t.types, ok = cut(rest, le.Uint32(b[8:]), le.Uint32(b[12:])); !ok {
		return nil, malformed("types behind the end")
	}
	if t.strings, ok = cut(rest, le.Uint32(b[16:]), le.Uint32(b[20:])); !ok {
		return nil, malformed("strings behind the end")
	}
	for at := 0; at < len(t.types); {
		t.offsets = append(t.offsets, uint32(at)) // #nosec G115 -- below the length, a uint32
		if len(t.types)-at < btfTypeSize {
			return nil, malformed("%d bytes are left for type %d", len(t.types)-at, len(t.offsets))
		}
		kind, members := btfInfo(t.types[at:])
		extra, ok := kind.extra(members)
		if !ok {
			return nil, malformed("type %d is of the unknown kind %d", len(t.offsets), kind)
		}
		if at += btfTypeSize + extra; at > len(t.types) {
			return nil, malformed("type %d is cut off", len(t.offsets))
		}
	}
	return t, nil
}

func cut(b []byte, offset, size uint32) ([]byte, bool) {
	end := uint64(offset) + uint64(size)
	if end > uint64(len(b)) {
		return nil, false
	}
	return b[offset:end], true
}

func btfInfo(b []byte) (kind btfKind, members int) {
	info := binary.LittleEndian.Uint32(b[4:])
	return btfKind(info >> 24 & 0x1f), int(info & 0xffff)
}

// at returns the type with an id. The id 0 is void, which has no kind, like an id that is missing.
func (t *btf) at(id uint32) btfType {
	if id == 0 || uint64(id) > uint64(len(t.offsets)) {
		return btfType{}
	}
	le, b := binary.LittleEndian, t.types[t.offsets[id-1]:]
	kind, members := btfInfo(b)
	extra, _ := kind.extra(members)
	return btfType{
		name: le.Uint32(b), info: le.Uint32(b[4:]), kind: kind, members: members, ref: le.Uint32(b[8:]),
		extra: b[btfTypeSize : btfTypeSize+extra],
	}
}
