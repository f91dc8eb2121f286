package stapsdt

import "reflect"

// GoTypes returns the types of the arguments in an [Event]: those of the declaration, or for a
// dynamic probe the predeclared type of each [ArgType], such as int8. The caller owns the slice.
func (p *Probe) GoTypes() []reflect.Type {
	types := make([]reflect.Type, len(p.types))
	for i, t := range p.types {
		switch {
		case p.goTypes != nil:
			types[i] = p.goTypes.In(i)
		case t.isAddress():
			types[i] = reflect.TypeOf(t.textValue(nil))
		default:
			types[i] = reflect.TypeOf(t.value(0))
		}
	}
	return types
}
