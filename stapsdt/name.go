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
	for i, c := range name {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', i > 0 && c >= '0' && c <= '9',
			c < 0x80 && strings.IndexByte(punctuation, byte(c)) >= 0: // #nosec G115 -- it is ASCII
		default:
			return fmt.Errorf("%w %q: byte %d is %q; use letters, digits and %q, with no digit first",
				ErrName, name, i, c, punctuation)
		}
	}
	return nil
}

// placeNames are the names of the places that a probe's arguments take, "" for those without.
type placeNames [MaxArgs]string

var unnamed placeNames

// namePlaces returns the names of the places of arguments, of which there are at most MaxArgs. All
// or no arguments have names.
func namePlaces(argNames []string, types []ArgType) (*placeNames, error) {
	if len(argNames) == 0 {
		return &unnamed, nil
	}
	if len(argNames) != len(types) {
		return nil, fmt.Errorf("%w: %d names of %d arguments; name all of them, or none", ErrArgs,
			len(argNames), len(types))
	}
	names, n := new(placeNames), 0
	for i, name := range argNames {
		if err := checkBytes(name, "_"); err != nil {
			return nil, err
		}
		names[n] = name
		if n++; types[i] == Bytes {
			names[n] = name + "_len"
			n++
		}
	}
	for i, name := range names[:n] {
		if slices.Contains(names[:i], name) {
			return nil, fmt.Errorf("%w %q: two arguments have it (the length of a []byte X is X_len)",
				ErrName, name)
		}
	}
	return names, nil
}
