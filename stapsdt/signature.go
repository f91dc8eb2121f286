package stapsdt

import (
	"reflect"
	"strings"

	"github.com/go-usdt/usdt/internal/btf"
)

// The types with which every image begins. Those of the constants of ArgType come first, so that
// their numbers are the same. These are the others.
const (
	typeInt = btf.ID(Bytes) + 1 + iota
	typeUint
	typeUintptr
	typeChar
	typeConstChar
	typeText
	typeConstUint8
	typeData
	typeLength
)

var firstTypes = []btf.Type{
	{Name: "int8", Kind: btf.Int, Size: 1, Encoding: btf.Signed},
	{Name: "int16", Kind: btf.Int, Size: 2, Encoding: btf.Signed},
	{Name: "int32", Kind: btf.Int, Size: 4, Encoding: btf.Signed},
	{Name: "int64", Kind: btf.Int, Size: 8, Encoding: btf.Signed},
	{Name: "uint8", Kind: btf.Int, Size: 1},
	{Name: "uint16", Kind: btf.Int, Size: 2},
	{Name: "uint32", Kind: btf.Int, Size: 4},
	{Name: "uint64", Kind: btf.Int, Size: 8},
	{Name: "bool", Kind: btf.Int, Size: 1, Encoding: btf.Bool},
	{Name: "float32", Kind: btf.Float, Size: 4},
	{Name: "float64", Kind: btf.Float, Size: 8},
	{Name: "string", Kind: btf.Typedef, Of: typeText},
	{Name: "[]byte", Kind: btf.Typedef, Of: typeData},

	{Name: "int", Kind: btf.Int, Size: 8, Encoding: btf.Signed},
	{Name: "uint", Kind: btf.Int, Size: 8},
	{Name: "uintptr", Kind: btf.Int, Size: 8},
	{Name: "char", Kind: btf.Int, Size: 1, Encoding: btf.Signed},
	{Kind: btf.Const, Of: typeChar},
	{Kind: btf.Pointer, Of: typeConstChar},
	{Kind: btf.Const, Of: btf.ID(Uint8)},
	{Kind: btf.Pointer, Of: typeConstUint8},
	{Name: "[]byte_len", Kind: btf.Typedef, Of: typeInt},
}

// signatures returns the section .BTF of a file with these probes: for each a function of its name,
// with a parameter for each place of its note. Its tags are the provider and the description. Load
// makes it, so that a program that does not load its probes pays nothing for it.
func signatures(probes []*Probe) []byte {
	w := signatureWriter{Builder: btf.New(firstTypes, signatureRoom(probes))}
	for _, p := range probes {
		function := w.AddFunc(p.name, w.types(p), p.names[:])
		w.AddTag(w.tagOf(p.provider), function)
		if p.description != "" {
			w.AddTag(p.description, function)
		}
	}
	return w.Bytes()
}

// signatureRoom returns what signatures adds for each probe, without the strings that probes share.
func signatureRoom(probes []*Probe) (room btf.Room) {
	for _, p := range probes {
		room.Types += btf.FuncSize + len(p.sizes)*btf.ParamSize + btf.TagSize
		room.Strings += len(p.name) + 1
		if p.description != "" {
			room.Types += btf.TagSize
			room.Strings += len(p.description) + 1
		}
	}
	return room
}

type signatureWriter struct {
	*btf.Builder
	typedefs []typedef // those of the program's own types; there are few

	places   [MaxArgs]btf.ID // of the last probe
	provider *Provider       // of the last probe
	tag      string          // of provider
}

// tagOf returns the tag that names a provider. Probes of one follow each other.
func (w *signatureWriter) tagOf(p *Provider) string {
	if w.provider != p {
		w.provider, w.tag = p, "provider:"+p.name
	}
	return w.tag
}

type typedef struct {
	name   string
	of, id btf.ID
}

// types returns the types of the places of p's note, until the next call.
func (w *signatureWriter) types(p *Probe) []btf.ID {
	types := w.places[:0]
	for i, t := range p.types {
		id := btf.ID(t)
		if p.goTypes != nil {
			id = w.typeOf(p.goTypes.In(i), id)
		}
		types = append(types, id)
		if t == Bytes {
			types = append(types, typeLength)
		}
	}
	return types
}

// typeOf returns the type of an argument that has the layout of another.
func (w *signatureWriter) typeOf(t reflect.Type, layout btf.ID) btf.ID {
	switch t.Kind() {
	case reflect.Int:
		layout = typeInt
	case reflect.Uint:
		layout = typeUint
	case reflect.Uintptr:
		layout = typeUintptr
	}
	name := t.String()
	if strings.IndexByte(name, '.') < 0 { // it is predeclared, or a []byte
		return layout
	}
	for _, d := range w.typedefs {
		if d.name == name && d.of == layout {
			return d.id
		}
	}
	id := w.Add(btf.Type{Name: name, Kind: btf.Typedef, Of: layout})
	w.typedefs = append(w.typedefs, typedef{name, layout, id})
	return id
}
