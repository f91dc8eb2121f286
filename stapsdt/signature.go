package stapsdt

import (
	"reflect"

	"github.com/go-usdt/usdt/internal/btf"
)

// signatures returns the section .BTF of an image of these probes: for each a function of its name
// with the arguments as parameters, and as tags its provider and description. Load makes it, so
// that a program that does not load its probes pays nothing for it.
func signatures(provider string, probes []*Probe) []byte {
	w := signatureWriter{Builder: btf.New()}
	for _, p := range probes {
		function := w.Func(p.name, w.params(p)...)
		w.Tag("provider:"+provider, function)
		if p.description != "" {
			w.Tag(p.description, function)
		}
	}
	return w.Bytes()
}

// A signatureWriter writes each type once.
type signatureWriter struct {
	*btf.Builder
	basic  [reflect.String + 1]btf.ID // by kind
	length btf.ID                     // of a []byte
	named  map[reflect.Type]btf.ID
}

// params returns a parameter for each place of p's note.
func (w *signatureWriter) params(p *Probe) []btf.Param {
	params := make([]btf.Param, 0, MaxArgs)
	for i, t := range p.types {
		param := btf.Param{}
		if p.argNames != nil {
			param.Name = p.argNames[i]
		}
		if p.goTypes != nil {
			param.Type = w.typeOf(p.goTypes[i])
		} else {
			param.Type = w.basicType(kinds[t])
		}
		params = append(params, param)
		if t == Bytes {
			params = append(params, w.lengthParam(param.Name))
		}
	}
	return params
}

// lengthParam returns the parameter that follows a []byte of that name.
func (w *signatureWriter) lengthParam(name string) btf.Param {
	if w.length == 0 {
		w.length = w.Typedef("[]byte_len", w.basicType(reflect.Int))
	}
	if name != "" {
		name = lengthName(name)
	}
	return btf.Param{Name: name, Type: w.length}
}

func (w *signatureWriter) typeOf(t reflect.Type) btf.ID {
	basic := w.basicType(t.Kind())
	if t.PkgPath() == "" {
		return basic
	}
	id, ok := w.named[t]
	if !ok {
		if w.named == nil {
			w.named = make(map[reflect.Type]btf.ID)
		}
		id = w.Typedef(t.String(), basic)
		w.named[t] = id
	}
	return id
}

// basicType returns the type that a named type of this kind has the layout of.
func (w *signatureWriter) basicType(kind reflect.Kind) btf.ID {
	if w.basic[kind] == 0 {
		w.basic[kind] = w.addBasicType(kind)
	}
	return w.basic[kind]
}

func (w *signatureWriter) addBasicType(kind reflect.Kind) btf.ID {
	bits, signed := argTypeOf(kind).bits()
	size := uintptr(bits / 8)
	switch {
	case kind == reflect.String:
		char := w.Int("char", 1, btf.Signed)
		return w.Typedef("string", w.Pointer(w.Const(char)))
	case kind == reflect.Slice:
		return w.Typedef("[]byte", w.Pointer(w.Const(w.basicType(reflect.Uint8))))
	case kind == reflect.Bool:
		return w.Int("bool", size, btf.Bool)
	case kind == reflect.Float32 || kind == reflect.Float64:
		return w.Float(kind.String(), size)
	case signed:
		return w.Int(kind.String(), size, btf.Signed)
	}
	return w.Int(kind.String(), size, btf.Unsigned)
}
