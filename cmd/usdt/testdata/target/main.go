// Command target is the program that the scripts trace. Its arguments declare probes of one provider:
//
//	target PROVIDER NAME[:TYPE,...] ...
//
// with types such as int8, uint64, string and bytes. It prints the path of the image with the probes, then
// answers each line of its input with one line, "ok", "true", "false" or "error: " and the reason:
//
//	fire NAME [ARGUMENT, ...]             once, with the values of a JSON array
//	repeat N NAME [ARGUMENT, ...]         N times at full speed
//	pulse NAME [ARGUMENT, ...]            every 10 ms from now on
//	enabled NAME                          whether a tracer is attached
//	wait NAME true|false                  until it is, or is not
//	load | unload                         the provider
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

func main() {
	t, err := declare(os.Args[1], os.Args[2:])
	if err == nil {
		err = t.provider.Load()
	}
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	defer t.provider.Close()
	fmt.Println(t.provider.Path())
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		answer, err := t.do(lines.Text())
		if err != nil {
			answer = "error: " + err.Error()
		}
		fmt.Println(answer)
	}
}

type probe struct{ *stapsdt.Probe }

type target struct {
	provider *stapsdt.Provider
	probes   map[string]probe
}

var argTypes = map[string]stapsdt.ArgType{
	"int8": stapsdt.Int8, "int16": stapsdt.Int16, "int32": stapsdt.Int32, "int64": stapsdt.Int64,
	"uint8": stapsdt.Uint8, "uint16": stapsdt.Uint16, "uint32": stapsdt.Uint32, "uint64": stapsdt.Uint64,
	"string": stapsdt.String, "bytes": stapsdt.Bytes,
}

func declare(provider string, probes []string) (*target, error) {
	p, err := stapsdt.NewProvider(provider)
	if err != nil {
		return nil, err
	}
	t := &target{p, make(map[string]probe)}
	for _, declaration := range probes {
		name, list, _ := strings.Cut(declaration, ":")
		var args []stapsdt.ArgType
		for _, typ := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) {
			arg, ok := argTypes[typ]
			if !ok {
				return nil, fmt.Errorf("%s: no type %q", declaration, typ)
			}
			args = append(args, arg)
		}
		declared, err := p.AddProbe(name, args...)
		if err != nil {
			return nil, err
		}
		t.probes[name] = probe{declared}
	}
	return t, nil
}

// do carries out one command and returns its answer.
func (t *target) do(line string) (string, error) {
	verb, rest, _ := strings.Cut(line, " ")
	times := 1
	switch verb {
	case "load":
		return "ok", t.provider.Load()
	case "unload":
		return "ok", t.provider.Unload()
	case "repeat":
		number, after, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(number)
		if err != nil {
			return "", err
		}
		times, rest = n, after
	}
	name, argument, _ := strings.Cut(rest, " ")
	p, ok := t.probes[name]
	if !ok {
		return "", fmt.Errorf("no probe in %q", line)
	}
	switch verb {
	case "enabled":
		return strconv.FormatBool(p.Enabled()), nil
	case "wait":
		return "ok", p.wait(argument == "true")
	case "fire", "repeat":
		return "ok", p.fire(times, argument)
	case "pulse":
		return "ok", p.pulse(argument)
	}
	return "", fmt.Errorf("no such command: %q", line)
}

func (p probe) fire(times int, array string) error {
	args, err := p.decode(array)
	for ; err == nil && times > 0; times-- {
		err = p.Fire(args...)
	}
	return err
}

func (p probe) pulse(array string) error {
	args, err := p.decode(array)
	if err != nil {
		return err
	}
	go func() {
		for range time.Tick(10 * time.Millisecond) {
			if err := p.Fire(args...); err != nil {
				panic(err)
			}
		}
	}()
	return nil
}

// wait waits for a tracer, or until there is none: only the probe itself can say so.
func (p probe) wait(want bool) error {
	for deadline := time.Now().Add(time.Minute); p.Enabled() != want; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: Enabled is still %t", p.Name(), !want)
		}
	}
	return nil
}

// decode converts the elements of a JSON array, none for an empty text, to the types of the probe.
func (p probe) decode(array string) ([]any, error) {
	var elements []json.RawMessage
	if array != "" {
		if err := json.Unmarshal([]byte(array), &elements); err != nil {
			return nil, err
		}
	}
	types := p.Types()
	if len(elements) != len(types) {
		return nil, fmt.Errorf("%d arguments, want %d", len(elements), len(types))
	}
	var args []any
	for i, element := range elements {
		arg, err := decode(element, types[i])
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i, err)
		}
		args = append(args, arg)
	}
	return args, nil
}

func decode(element []byte, typ stapsdt.ArgType) (any, error) {
	switch typ {
	case stapsdt.Int8:
		return as[int8](element)
	case stapsdt.Int16:
		return as[int16](element)
	case stapsdt.Int32:
		return as[int32](element)
	case stapsdt.Int64:
		return as[int64](element)
	case stapsdt.Uint8:
		return as[uint8](element)
	case stapsdt.Uint16:
		return as[uint16](element)
	case stapsdt.Uint32:
		return as[uint32](element)
	case stapsdt.Uint64:
		return as[uint64](element)
	case stapsdt.Bytes: // in JSON a string, not base64
		text, err := as[string](element)
		return []byte(text), err
	}
	return as[string](element)
}

func as[T any](element []byte) (T, error) {
	var value T
	err := json.Unmarshal(element, &value)
	return value, err
}
