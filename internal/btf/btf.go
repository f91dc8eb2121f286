// Package btf writes types in the kernel's BPF Type Format, in which a provider's image says what
// the arguments of its probes are called and of which types they are. It does no I/O, and depends
// on nothing but the calls of a [Builder].
//
// Format: https://docs.kernel.org/bpf/btf.html. Nothing that the kernel forbids in a program's own
// BTF matters here, because no image is given to the kernel: names such as "[]byte" are no
// identifiers of C.
package btf

import "encoding/binary"

// ID is the number of a type. The zero ID is void.
type ID uint32

// Encoding says how an integer is read.
type Encoding uint32

const (
	Unsigned Encoding = 0
	Signed   Encoding = 1
	Bool     Encoding = 4
)

// Param is a parameter of a function. Its name may be empty.
type Param struct {
	Name string
	Type ID
}

// The kinds of types that are written.
const (
	kindInt       = 1
	kindPointer   = 2
	kindTypedef   = 8
	kindConst     = 10
	kindFunc      = 12
	kindFuncProto = 13
	kindFloat     = 16
	kindDeclTag   = 17
)

const (
	magic      = 0xeb9f
	version    = 1
	headerSize = 24 // bytes

	global         = 1          // the linkage of a function
	wholeComponent = 0xffffffff // a tag is on the function, not on a parameter
)

// A Builder collects types. Each method that adds one returns its number. Strings, which must be
// without NUL, are shared. Types are not: the caller keeps their numbers.
type Builder struct {
	types   []byte
	last    ID
	strings []byte
	offsets map[string]uint32 // of what is in strings
}

// New returns an empty Builder.
func New() *Builder {
	return &Builder{strings: []byte{0}, offsets: map[string]uint32{"": 0}}
}

// Int adds an integer or bool of size bytes.
func (b *Builder) Int(name string, size uintptr, encoding Encoding) ID {
	return b.add(name, kindInt, 0, uint32(size), uint32(encoding)<<24|uint32(8*size))
}

// Float adds a floating-point number of size bytes.
func (b *Builder) Float(name string, size uintptr) ID {
	return b.add(name, kindFloat, 0, uint32(size))
}

// Pointer adds a pointer to a type.
func (b *Builder) Pointer(to ID) ID { return b.add("", kindPointer, 0, uint32(to)) }

// Const adds a type that is of and constant.
func (b *Builder) Const(of ID) ID { return b.add("", kindConst, 0, uint32(of)) }

// Typedef adds another name of a type.
func (b *Builder) Typedef(name string, of ID) ID { return b.add(name, kindTypedef, 0, uint32(of)) }

// Func adds a function that returns nothing.
func (b *Builder) Func(name string, params ...Param) ID {
	words := make([]uint32, 0, 2*len(params))
	for _, p := range params {
		words = append(words, b.offset(p.Name), uint32(p.Type))
	}
	proto := b.add("", kindFuncProto, len(params), 0, words...)
	return b.add(name, kindFunc, global, uint32(proto))
}

// Tag adds a declaration tag, a text about a function.
func (b *Builder) Tag(text string, function ID) ID {
	return b.add(text, kindDeclTag, 0, uint32(function), wholeComponent)
}

// add writes a struct btf_type and the words that follow it.
func (b *Builder) add(name string, kind, vlen int, sizeOrType uint32, more ...uint32) ID {
	b.put(b.offset(name), uint32(kind<<24|vlen), sizeOrType)
	b.put(more...)
	b.last++
	return b.last
}

//go:noinline
func (b *Builder) put(words ...uint32) {
	for _, w := range words {
		b.types = binary.LittleEndian.AppendUint32(b.types, w)
	}
}

// offset returns where s is among the strings.
func (b *Builder) offset(s string) uint32 {
	offset, ok := b.offsets[s]
	if !ok {
		offset = uint32(len(b.strings))
		b.offsets[s] = offset
		b.strings = append(append(b.strings, s...), 0)
	}
	return offset
}

// Bytes returns the types as a section .BTF has them: header, types, strings.
func (b *Builder) Bytes() []byte {
	size := uint32(len(b.types))
	out := binary.LittleEndian.AppendUint16(make([]byte, 0, headerSize+len(b.types)+len(b.strings)),
		magic)
	out = append(out, version, 0) // no flags
	for _, w := range [...]uint32{headerSize, 0, size, size, uint32(len(b.strings))} {
		out = binary.LittleEndian.AppendUint32(out, w)
	}
	return append(append(out, b.types...), b.strings...)
}
