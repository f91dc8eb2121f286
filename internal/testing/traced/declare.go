package main

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/go-usdt/usdt/stapsdt"
)

type argType struct {
	probe stapsdt.ArgType
	value reflect.Type
}

var argTypes = map[string]argType{
	"int8":   {stapsdt.Int8, reflect.TypeFor[int8]()},
	"int16":  {stapsdt.Int16, reflect.TypeFor[int16]()},
	"int32":  {stapsdt.Int32, reflect.TypeFor[int32]()},
	"int64":  {stapsdt.Int64, reflect.TypeFor[int64]()},
	"uint8":  {stapsdt.Uint8, reflect.TypeFor[uint8]()},
	"uint16": {stapsdt.Uint16, reflect.TypeFor[uint16]()},
	"uint32": {stapsdt.Uint32, reflect.TypeFor[uint32]()},
	"uint64": {stapsdt.Uint64, reflect.TypeFor[uint64]()},
	"string": {stapsdt.String, reflect.TypeFor[string]()},
	"bytes":  {stapsdt.Bytes, reflect.TypeFor[[]byte]()},
}

// declare adds a dynamic probe, declared as NAME[:TYPE,...].
func (p *program) declare(declaration string) error {
	name, list, _ := strings.Cut(declaration, ":")
	var args []stapsdt.ArgType
	var values []reflect.Type
	for _, typ := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) {
		arg, ok := argTypes[typ]
		if !ok {
			return fmt.Errorf("%s: no type %q", declaration, typ)
		}
		args, values = append(args, arg.probe), append(values, arg.value)
	}
	declared, err := p.provider.AddProbe(name, args...)
	if err != nil {
		return err
	}
	p.probes[name] = probe{declared, func(array string) (func() error, error) {
		args, err := dynamicArgs(array, values)
		return func() error { return declared.Fire(args...) }, err
	}}
	return nil
}

// dynamicArgs returns the elements of a JSON array as values of the types.
func dynamicArgs(array string, types []reflect.Type) ([]any, error) {
	var pointers []any
	for _, t := range types {
		pointers = append(pointers, reflect.New(t).Interface())
	}
	if err := decode(array, pointers...); err != nil {
		return nil, err
	}
	var args []any
	for _, p := range pointers {
		args = append(args, reflect.ValueOf(p).Elem().Interface())
	}
	return args, nil
}
