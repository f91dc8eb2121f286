package stapsdt

import "fmt"

// MaxName is the length of the longest name of a provider or probe, in bytes.
const MaxName = 128

// checkName allows the names that every tracer takes in PROVIDER:PROBE without quotes, and that can
// be part of a file name.
func checkName(name string) error {
	if name == "" || len(name) > MaxName {
		return fmt.Errorf("%w: %d bytes long, give it 1 to %d", ErrName, len(name), MaxName)
	}
	for i := range len(name) {
		if !nameByte(name[i], i == 0) {
			return fmt.Errorf("%w %q: byte %d is %q; use letters, digits, '_', '.' and '-', "+
				"with no digit first", ErrName, name, i, name[i])
		}
	}
	return nil
}

func nameByte(c byte, first bool) bool {
	switch {
	case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c == '.', c == '-':
		return true
	}
	return !first && c >= '0' && c <= '9'
}
