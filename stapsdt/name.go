package stapsdt

import (
	"fmt"
	"slices"
	"strings"
)

// MaxName is the length of the longest name of a provider, probe or argument, in bytes.
const MaxName = 128

// checkName allows the names that every tracer takes in PROVIDER:PROBE without quotes, and that can
// be part of a file name.
func checkName(name string) error { return checkBytes(name, "_.-") }

// checkBytes allows letters, digits behind the first byte, and those of punctuation.
func checkBytes(name, punctuation string) error {
	if name == "" || len(name) > MaxName {
		return fmt.Errorf("%w: %d bytes long, give it 1 to %d", ErrName, len(name), MaxName)
	}
	for i, c := range []byte(name) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', i > 0 && c >= '0' && c <= '9',
			strings.IndexByte(punctuation, c) >= 0:
		default:
			return fmt.Errorf("%w %q: byte %d is %q; use letters, digits and %q, with no digit first",
				ErrName, name, i, c, punctuation)
		}
	}
	return nil
}

// placeNames returns the names of the places that arguments of these types take, nil if the
// arguments have no names.
func placeNames(argNames []string, types []ArgType) ([]string, error) {
	if len(argNames) == 0 {
		return nil, nil
	}
	if len(argNames) != len(types) {
		return nil, fmt.Errorf("%w: %d names of %d arguments; name all of them, or none", ErrArgs,
			len(argNames), len(types))
	}
	var names []string
	for i, name := range argNames {
		if err := checkBytes(name, "_"); err != nil {
			return nil, err
		}
		names = append(names, name)
		if types[i] == Bytes {
			names = append(names, name+"_len")
		}
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("%w %q: two arguments have it (the length of a []byte X is X_len)",
				ErrName, name)
		}
	}
	return names, nil
}
