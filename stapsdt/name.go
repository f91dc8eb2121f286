package stapsdt

import "fmt"

// MaxName is the length of the longest name of a provider, probe or argument, in bytes.
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

// checkArgNames says why arguments of these types cannot have these names. No names are allowed.
func checkArgNames(names []string, types []ArgType) error {
	if len(names) != 0 && len(names) != len(types) {
		return fmt.Errorf("%w: %d names for %d arguments; name all of them, or none", ErrArgs,
			len(names), len(types))
	}
	for i, name := range names {
		if !isIdentifier(name) {
			return fmt.Errorf("%w %q of argument %d: use 1 to %d letters, digits and '_', "+
				"with no digit first", ErrName, name, i, MaxName)
		}
		for j, earlier := range names[:i] {
			if name == earlier || types[i] == Bytes && earlier == lengthName(name) ||
				types[j] == Bytes && name == lengthName(earlier) {
				return fmt.Errorf("%w %q of argument %d: argument %d is %q; each needs its own, and "+
					"the length of a []byte NAME is called %s", ErrName, name, i, j, earlier,
					lengthName("NAME"))
			}
		}
	}
	return nil
}

// lengthName is what tracers see as the name of the second place of a []byte.
func lengthName(name string) string { return name + "_len" }

func isIdentifier(name string) bool {
	for i := range len(name) {
		if c := name[i]; !nameByte(c, i == 0) || c == '.' || c == '-' {
			return false
		}
	}
	return name != "" && len(name) <= MaxName
}
