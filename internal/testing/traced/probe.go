package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

// A probe is a probe that takes its arguments as a JSON array.
type probe struct {
	*stapsdt.Probe
	bind func(array string) (fire func() error, err error)
}

// patience is less than the tests have with this program, so that they see its answer.
const patience = 4 * time.Minute

// wait waits until a tracer is attached, or until none is. Only the probe itself knows.
func (p probe) wait(want bool) error {
	for deadline := time.Now().Add(patience); p.Enabled() != want; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return fmt.Errorf("%s: Enabled is still %t", p.Name(), !want)
		}
	}
	return nil
}

func (p probe) fire(times int, array string) error {
	fire, err := p.bind(array)
	for ; err == nil && times > 0; times-- {
		err = fire()
	}
	return err
}

func (p probe) pulse(array string) error {
	fire, err := p.bind(array)
	if err != nil {
		return err
	}
	go func() {
		for range time.Tick(10 * time.Millisecond) {
			if err := fire(); err != nil {
				panic(err)
			}
		}
	}()
	return nil
}

// decode fills values from a JSON array of as many elements. An empty text is an empty array.
func decode(array string, values ...any) error {
	var elements []json.RawMessage
	if array != "" {
		if err := json.Unmarshal([]byte(array), &elements); err != nil {
			return err
		}
	}
	if len(elements) != len(values) {
		return fmt.Errorf("%d arguments, want %d", len(elements), len(values))
	}
	for i, v := range values {
		if err := decodeElement(elements[i], v); err != nil {
			return fmt.Errorf("argument %d: %w", i, err)
		}
	}
	return nil
}

// decodeElement decodes bytes from a string whose characters, up to \u00ff, are the bytes.
func decodeElement(element []byte, value any) error {
	bytes, ok := value.(*[]byte)
	if !ok {
		return json.Unmarshal(element, value)
	}
	var characters string
	if err := json.Unmarshal(element, &characters); err != nil {
		return err
	}
	*bytes = nil
	for _, c := range characters {
		if c > 0xff {
			return fmt.Errorf("%q is not a byte", c)
		}
		*bytes = append(*bytes, byte(c))
	}
	return nil
}
