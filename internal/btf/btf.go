// Package btf writes types in the kernel's BPF Type Format, in which a provider's image says what
// the arguments of its probes are called and of which types they are. It does no I/O.
//
// Format: https://docs.kernel.org/bpf/btf.html. No image is given to the kernel, so names need not
// be identifiers of C, which the kernel demands: "[]byte" is one.
//
// Every program with probes has this package, so it is made to be small.
package btf

import "encoding/binary"

// ID is the number of a type. Those of an image count from 1; 0 is void.
type ID uint32

// Kind is what a type is.
type Kind uint8

const (
	Int       Kind = 1
	Pointer   Kind = 2
	Typedef   Kind = 8
	Const     Kind = 10
	Float     Kind = 16
	function  Kind = 12
	funcProto Kind = 13
	declTag   Kind = 17
)

// The encodings of an Int. That of an unsigned one is 0.
const (
	Signed = 1
	Bool   = 4
)

// A Type is one that has no members.
type Type struct {
	Name     string // "" for a Pointer and a Const
	Kind     Kind
	Encoding uint8 // of an Int
	Size     uint8 // in bytes, of an Int and of a Float
	Of       ID    // what a Pointer points to, and what a Typedef or Const is
}

const (
	magic      = 0xeb9f
	version    = 1
	headerSize = 24 // bytes

	global         = 1          // the linkage of a function
	wholeComponent = 0xffffffff // a tag is on the function, not on one of its parameters
)

// The sizes of types in bytes. A parameter is a part of a function.
const (
	FuncSize  = 2 * 12
	ParamSize = 8
	TagSize   = 16
)

// Room is how many bytes types take, and strings with their NULs.
type Room struct{ Types, Strings int }

// A Builder collects types. It shares strings, but for the names of the first types and those of
// functions, which differ. The caller shares types, by their numbers. Strings must be without NUL.
type Builder struct {
	types   []byte // behind room for the header
	last    ID
	strings []byte
	shared  map[string]int // offsets into strings; nil while nothing is shared
}

// New returns a Builder that has these types, numbered from 1 on, and room for some more and those
// of the caller, so that these are not copied each time that others come.
func New(types []Type, more Room) *Builder {
	b := &Builder{types: make([]byte, headerSize, 1024+more.Types+more.Strings),
		strings: make([]byte, 1, 512+more.Strings)}
	for _, t := range types {
		b.Add(t)
	}
	b.shared = make(map[string]int)
	return b
}

// Add adds a type and returns its number.
func (b *Builder) Add(t Type) ID {
	b.add(t.Kind, 0, b.share(t.Name), uint32(t.Size)|uint32(t.Of))
	if t.Kind == Int {
		b.put(uint32(t.Encoding)<<24 | 8*uint32(t.Size))
	}
	return b.last
}

// AddFunc adds a function that returns nothing. Its parameters have these types and names.
func (b *Builder) AddFunc(name string, types []ID, names []string) ID {
	b.add(funcProto, len(types), 0, 0)
	for i, t := range types {
		b.put(b.share(names[i]))
		b.put(uint32(t))
	}
	b.add(function, global, b.text(name), uint32(b.last))
	return b.last
}

// AddTag adds a text about a function.
func (b *Builder) AddTag(text string, function ID) {
	b.add(declTag, 0, b.share(text), uint32(function))
	b.put(wholeComponent)
}

// add writes a struct btf_type.
func (b *Builder) add(kind Kind, vlen int, name, sizeOrType uint32) {
	b.put(name)
	b.put(uint32(kind)<<24 | uint32(vlen)) // #nosec G115 -- the parameters of a probe are few
	b.put(sizeOrType)
	b.last++
}

// put and text are not inlined: each copy would be larger than the call.
//
//go:noinline
func (b *Builder) put(word uint32) { b.types = binary.LittleEndian.AppendUint32(b.types, word) }

// text returns the offset of a new string.
//
//go:noinline
func (b *Builder) text(s string) uint32 {
	offset := len(b.strings)
	b.strings = append(append(b.strings, s...), 0)
	return uint32(offset) // #nosec G115 -- images end at 2 GiB
}

// share returns the offset of a string that is there once. The first string is empty.
func (b *Builder) share(s string) uint32 {
	if s == "" {
		return 0
	}
	offset, ok := b.shared[s]
	if !ok {
		offset = int(b.text(s))
		if b.shared != nil {
			b.shared[s] = offset
		}
	}
	return uint32(offset) // #nosec G115 -- images end at 2 GiB
}

// Bytes returns the content of a section .BTF: header, types, strings. It is the last call.
func (b *Builder) Bytes() []byte {
	types := b.types
	size := uint32(len(types) - headerSize) // #nosec G115 -- images end at 2 GiB
	b.types = types[:0]
	b.put(magic | version<<16)
	b.put(headerSize)
	b.put(0)
	b.put(size)
	b.put(size)
	b.put(uint32(len(b.strings))) // #nosec G115 -- images end at 2 GiB
	return append(types, b.strings...)
}
