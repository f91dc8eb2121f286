package provider

import (
	"fmt"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// goTypes are the types of Go that have a counterpart here. Those without a size of their own are
// called by the size of the value.
var goTypes = func() map[string]bool {
	set := make(map[string]bool)
	for name := range strings.FieldsSeq("bool string int int8 int16 int32 int64 uint uint8 uint16 " +
		"uint32 uint64 uintptr float32 float64 byte rune []byte time.Duration unsafe.Pointer") {
		set[name] = true
	}
	return set
}()

// typeName returns the type as a file has it: as the signature has it, if that says the same there.
func (w *writer) typeName(t signature.Type) string {
	d, ok := declared(t.Name)
	switch {
	case ok && d.means(t) && !goTypes[d.named]:
		return d.String()
	case goTypes[t.Name]:
		return base(t)
	}
	name := strings.ReplaceAll(t.Name, ".", "_")
	if isIdentifier(name) && names[name] == (layout{}) && w.define(name, t) {
		return name
	}
	return base(t)
}

// define makes the name stand for the type, unless it already stands for another.
func (w *writer) define(name string, t signature.Type) bool {
	says := layout{t.Kind, t.Size}
	if old, ok := w.types[name]; ok {
		return old == says
	}
	if !canBeName(name) || t.Kind == signature.Text || t.Kind == signature.Bytes {
		return false
	}
	w.types[name] = says
	w.typedefs = append(w.typedefs, fmt.Sprintf("typedef %s %s;\n", base(t), name))
	return true
}

// declared reads a type that may be followed by a name.
func declared(text string) (parameter, bool) {
	p := parser{scanner: scanner{text: text}}
	if p.advance() != nil {
		return parameter{}, false
	}
	d, err := p.parameter()
	return d, err == nil && p.token.source == ""
}

// means reports whether the declarator is read as the type.
func (d *parameter) means(t signature.Type) bool {
	value, problem := d.value()
	if problem != "" || d.name.source != "" {
		return false
	}
	switch t.Kind {
	case signature.Text:
		return value.kind == signature.String
	case signature.Bytes:
		return d.isBytes()
	}
	return value == layout{t.Kind, t.Size}
}

// base returns a type of C or D that is read like the type.
func base(t signature.Type) string {
	switch t.Kind {
	case signature.Int:
		return fmt.Sprintf("int%d_t", 8*t.Size)
	case signature.Uint:
		return fmt.Sprintf("uint%d_t", 8*t.Size)
	case signature.Bool:
		if t.Size == 4 {
			return "boolean_t"
		}
		return "bool"
	case signature.Float:
		if t.Size == 4 {
			return "float"
		}
		return "double"
	case signature.Duration:
		return "hrtime_t"
	case signature.Pointer:
		return "void *"
	case signature.String:
		return "string"
	case signature.Text:
		return "const char *"
	case signature.Bytes:
		return "const uint8_t *"
	}
	return "long"
}
