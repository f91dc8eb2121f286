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
	"int8":    {stapsdt.Int8, reflect.TypeFor[int8]()},
	"int16":   {stapsdt.Int16, reflect.TypeFor[int16]()},
	"int32":   {stapsdt.Int32, reflect.TypeFor[int32]()},
	"int64":   {stapsdt.Int64, reflect.TypeFor[int64]()},
	"uint8":   {stapsdt.Uint8, reflect.TypeFor[uint8]()},
	"uint16":  {stapsdt.Uint16, reflect.TypeFor[uint16]()},
	"uint32":  {stapsdt.Uint32, reflect.TypeFor[uint32]()},
	"uint64":  {stapsdt.Uint64, reflect.TypeFor[uint64]()},
	"string":  {stapsdt.String, reflect.TypeFor[string]()},
	"bool":    {stapsdt.Bool, reflect.TypeFor[bool]()},
	"float32": {stapsdt.Float32, reflect.TypeFor[float32]()},
	"float64": {stapsdt.Float64, reflect.TypeFor[float64]()},
	"bytes":   {stapsdt.Bytes, reflect.TypeFor[[]byte]()},
}

// declare adds a dynamic probe, declared as NAME[:TYPE,...] or NAME:ARGUMENT=TYPE,...
func (p *program) declare(declaration string) error {
	name, list, _ := strings.Cut(declaration, ":")
	var params []stapsdt.Param
	var values []reflect.Type
	for _, item := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) {
		argName, typ, named := strings.Cut(item, "=")
		if !named {
			argName, typ = "", item
		}
		arg, ok := argTypes[typ]
		if !ok {
			return fmt.Errorf("%s: no type %q", declaration, typ)
		}
		params = append(params, stapsdt.Param{Name: argName, Type: arg.probe})
		values = append(values, arg.value)
	}
	declared, err := addProbe(p.provider, name, params)
	if err != nil {
		return err
	}
	p.probes[name] = probe{declared, func(array string) (func() error, error) {
		args, err := dynamicArgs(array, values)
		return func() error { return declared.Fire(args...) }, err
	}}
	return nil
}

// addProbe adds a probe with or without names of arguments.
func addProbe(p *stapsdt.Provider, name string, params []stapsdt.Param) (*stapsdt.Probe, error) {
	if len(params) > 0 && params[0].Name != "" {
		return p.AddProbeParams(name, params...)
	}
	var types []stapsdt.ArgType
	for _, param := range params {
		types = append(types, param.Type)
	}
	return p.AddProbe(name, types...)
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
