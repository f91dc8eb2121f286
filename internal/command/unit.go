package command

import (
	"errors"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// unitHelp is what help says of the flag --unit.
const unitHelp = `
Durations and sizes are known by the type time.Duration, and by names that end with a unit, such as
took_us, delayMs or bytes; they are written in the unit that reads best. With --unit, durations, or
sizes, are written in that one: ` + unitNames + `. If there are none, values
whose unit is not known are taken to be in it. JSON has values as the probe passes them, and their
unit.
`

const unitNames = "ns, us, ms, s, B, KiB, MiB, GiB or TiB"

// unitFlag is the unit that the user wants; its name is empty if there is none.
type unitFlag struct{ name string }

func (f *unitFlag) addFlags(cmd *cobra.Command) {
	cmd.Flags().Var(f, "unit", "write values in `UNIT`: "+unitNames)
}

func (f *unitFlag) Set(name string) error {
	if _, ok := histogram.ParseUnit(name); !ok {
		return errors.New("want " + unitNames)
	}
	f.name = name
	return nil
}

func (f *unitFlag) String() string { return f.name }
func (f *unitFlag) Type() string   { return "string" }

// apply makes values be written in the unit that the user wants: those of which the unit is of the
// same kind or, if there are none, those of which no unit is known. whose says of what they are.
func (f *unitFlag) apply(units []histogram.Unit, whose func(i int) string) error {
	want, ok := histogram.ParseUnit(f.name)
	if !ok || len(units) == 0 {
		return nil
	}
	for _, known := range []bool{true, false} {
		isApplied := false
		for i, u := range units {
			if shown, ok := u.In(want); ok && known == (u != histogram.Number) {
				units[i], isApplied = shown, true
			}
		}
		if isApplied {
			return nil
		}
	}
	return usagef("--unit %s: %s is in %s", f.name, whose(0), units[0].Name)
}

// unitOfArgument returns the unit of an argument that a flag names. It is an error that its values
// are no integers.
func unitOfArgument(flag string, arg argument, probes []uprobe.Probe) (histogram.Unit, error) {
	params, err := arg.find(flag, probes...)
	if err != nil {
		return histogram.Number, err
	}
	for _, p := range params {
		if err := integerError(p); err != nil {
			return histogram.Number, usagef("%s %s: %w", flag, arg.String(), err)
		}
	}
	return commonUnit(params), nil
}

// commonUnit returns the unit of an argument if it is the same in all probes.
func commonUnit(params []*signature.Param) histogram.Unit {
	for _, p := range params {
		if p == nil || unitOf(p) != unitOf(params[0]) {
			return histogram.Number
		}
	}
	if len(params) == 0 {
		return histogram.Number
	}
	return unitOf(params[0])
}

// unitOf returns what is known of the unit of an argument.
func unitOf(p *signature.Param) histogram.Unit {
	switch p.Type.Kind {
	case signature.Duration:
		return histogram.Nanoseconds
	case signature.Int, signature.Uint:
		word := lastWord(p.Name)
		if len(word) == len(p.Name) && len(word) <= len("sec") {
			break // a name like ns can mean anything
		}
		u, _ := histogram.ParseUnit(unitWords[word])
		return u
	}
	return histogram.Number
}

// unitWords are the words at the end of a name that tell the unit.
var unitWords = map[string]string{
	"ns": "ns", "nsec": "ns", "nsecs": "ns", "nanos": "ns", "nanoseconds": "ns",
	"us": "us", "usec": "us", "usecs": "us", "micros": "us", "microseconds": "us",
	"ms": "ms", "msec": "ms", "msecs": "ms", "millis": "ms", "milliseconds": "ms",
	"sec": "s", "secs": "s", "seconds": "s",
	"bytes": "B", "nbytes": "B",
	"kib": "KiB", "mib": "MiB", "gib": "GiB",
}

// lastWord returns the last word of a name like took_us or tookUs, in lower case.
func lastWord(name string) string {
	begin := 0
	for i, r := range name {
		switch {
		case r == '_':
			begin = i + 1
		case i > begin && unicode.IsUpper(r) && unicode.IsLower(rune(name[i-1])):
			begin = i
		}
	}
	return strings.ToLower(name[begin:])
}
