package signature

import (
	"encoding/binary"
	"strings"
)

// The names of types that say more than their layout.
const (
	stringType   = "string"
	bytesType    = "[]byte"
	durationType = "time.Duration"
	uintptrType  = "uintptr"
)

// maxTypedefs bounds how many types name each other, which could be a circle.
const maxTypedefs = 8

const addressSize = 8 // bytes

// typ returns a type. Its name is that of the outermost type definition, its kind and size are
// those of its layout.
func (r *reader) typ(id uint32) (t Type, ok bool) {
	for range maxTypedefs {
		layout := r.at(id)
		name, ok := r.typeName(layout.name)
		if !ok {
			return t, false
		}
		if t.Name == "" {
			t.Name = name
		}
		if layout.kind != kindTypedef {
			ok := t.setLayout(layout, name)
			return t, ok
		}
		t.setNamed(name)
		id = layout.ref
	}
	return t, false
}

// typeName returns the name of a type, or its beginning: that of an instance of a generic type can
// be of any length.
func (r *reader) typeName(offset uint32) (string, bool) {
	name, ok := r.string(offset, maxName)
	if ok || uint64(offset)+maxName >= uint64(len(r.strings)) {
		return name, ok
	}
	const end = "…"
	r.left -= maxName
	return strings.ToValidUTF8(string(r.strings[offset:][:maxName-len(end)]), "") + end, true
}

// setNamed sets the kind of a type definition whose name says more than its layout.
func (t *Type) setNamed(name string) {
	if t.Kind != 0 {
		return
	}
	switch name {
	case stringType:
		t.Kind = String
	case bytesType:
		t.Kind = Bytes
	case durationType:
		t.Kind = Duration
	}
}

// setLayout completes a type by the layout that its definitions lead to. It is false when that is
// none that an argument can have, or does not go with the kind.
func (t *Type) setLayout(layout btfType, name string) bool {
	t.Size = int(layout.ref)
	kind := Kind(0)
	switch layout.kind {
	case kindPtr:
		t.Size, kind = addressSize, Pointer
		if t.Kind == String || t.Kind == Bytes {
			kind = t.Kind
		}
		if t.Name == "" {
			t.Name = "pointer"
		}
	case kindFloat:
		return t.set(Float, t.Size == 4 || t.Size == 8)
	case kindInt:
		kind = intKind(layout, name)
		if t.Kind == Duration && kind == Int && t.Size == 8 {
			kind = Duration
		}
	default:
		return false
	}
	return t.set(kind, t.Size == 1 || t.Size == 2 || t.Size == 4 || t.Size == 8)
}

// set sets the kind. A name that promises another one is that of another type.
func (t *Type) set(kind Kind, hasSize bool) bool {
	t.Kind = kind
	return hasSize && t.Name != ""
}

// intKind tells integers apart by their encoding (BTF_INT_*) and name.
func intKind(layout btfType, name string) Kind {
	const signed, boolean = 1 << 0, 1 << 2
	encoding := binary.LittleEndian.Uint32(layout.extra) >> 24
	switch {
	case encoding&boolean != 0:
		return Bool
	case name == uintptrType && layout.ref == addressSize:
		return Pointer
	case encoding&signed != 0:
		return Int
	}
	return Uint
}
