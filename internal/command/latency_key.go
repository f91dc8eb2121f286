package command

import (
	"io"

	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A pairKey is the flag that says by what two hits belong together: an argument, the thread, or the
// goroutine. It is noArgument when the flag is not given.
type pairKey struct{ argument }

func (k *pairKey) Set(text string) error {
	for _, special := range []uprobe.Argument{uprobe.Thread, uprobe.Goroutine} {
		if text == special.String() {
			k.argument = argument(special)
			return nil
		}
	}
	return k.argument.Set(text)
}

func (k *pairKey) String() string {
	if k.isThread() || k.isGoroutine() {
		return uprobe.Argument(k.argument).String()
	}
	return k.argument.String()
}

func (k *pairKey) isThread() bool    { return k.argument == argument(uprobe.Thread) }
func (k *pairKey) isGoroutine() bool { return k.argument == argument(uprobe.Goroutine) }

// json is the number or the name, as the user wrote it.
func (k *pairKey) json() any {
	if k.isThread() || k.isGoroutine() {
		return k.String()
	}
	return k.argument.json()
}

// A concurrency is what programs do at the same time, as far as that tells hits apart.
type concurrency struct {
	byThreads bool // a thread does one thing after the other

	// byGoroutines returns nil if a goroutine does, or why usdt cannot tell. It may take time to find
	// out, and makes the probes know their goroutines.
	byGoroutines func() error
}

// choose chooses the key if the flag is not given: the first argument, if both probes have an
// integer there that is not known to mean something else; the first other argument that both have
// by one name; the thread or the goroutine, if these may tell hits apart. It says on stderr what
// it chose if that is not the first argument.
func (k *pairKey) choose(stderr io.Writer, start, end uprobe.Probe, c concurrency) error {
	switch name := commonName(start, end); {
	case k.argument != noArgument:
		return k.check(start, end, c)
	case sameFirst(start, end):
		k.argument = argument(uprobe.Numbered(0))
		return nil
	case name != "":
		k.argument = argument(uprobe.Argument{Name: name})
	case c.byThreads:
		k.argument = argument(uprobe.Thread)
	case c.byGoroutines() == nil:
		k.argument = argument(uprobe.Goroutine)
	default:
		return usagef("%s and %s have no argument in common that is an integer and could be the "+
			"key; name one that both have by --key%s", printable.Text(start.String()),
			printable.Text(end.String()), threadHint)
	}
	warn(stderr, "two hits with the same %s are a pair; --key names something else",
		k.label())
	return nil
}

const threadHint = ". Threads are no key (--key tid) in Go programs, because a goroutine changes " +
	"its thread"

// label is how messages call the key.
func (k *pairKey) label() string {
	if k.isThread() {
		return "thread"
	}
	return k.argument.label()
}

// check reports a key that one of the probes lacks, or that has the same value in no two hits.
func (k *pairKey) check(start, end uprobe.Probe, c concurrency) error {
	switch {
	case k.isThread():
		return nil
	case k.isGoroutine():
		if err := c.byGoroutines(); err != nil {
			return usagef("--key goroutine: %w; name an argument that both probes have, or use "+
				"--key tid", err)
		}
		return nil
	}
	hint := ""
	if c.byThreads {
		hint = "; --key tid pairs the hits of a thread"
	}
	params, err := k.find("--key", start, end)
	if err != nil {
		return usagef("%w%s", err, hint)
	}
	for _, p := range params {
		if p != nil && p.Type.Kind.IsAddress() {
			return usagef("--key %s: the address of %s (%s) is no key; name an argument that is a "+
				"number%s", k.String(), printable.Text(p.Label()), printable.Text(p.Type.Name), hint)
		}
	}
	return nil
}

// sameFirst reports whether the first argument of both probes is an integer and, as far as it is
// known by name, the same.
func sameFirst(probes ...uprobe.Probe) bool {
	name := ""
	for _, p := range probes {
		for _, site := range p.Sites {
			if !isInteger(site, 0) {
				return false
			}
			param := site.Signature.At(0)
			if param == nil || param.Name == "" {
				continue
			}
			if name != "" && param.Name != name {
				return false
			}
			name = param.Name
		}
	}
	return true
}

// commonName returns the name of the first argument of start that is an integer in all sites of
// both; "" when there is none.
func commonName(start, end uprobe.Probe) string {
	first := start.Sites[0].Signature
	if first == nil {
		return ""
	}
	for _, param := range first.Params {
		isCommon := param.Name != ""
		for _, p := range []uprobe.Probe{start, end} {
			for _, site := range p.Sites {
				place, err := site.Place(uprobe.Argument{Name: param.Label()})
				isCommon = isCommon && err == nil && isInteger(site, place)
			}
		}
		if isCommon {
			return param.Name
		}
	}
	return ""
}

// isInteger reports whether a site has an integer at a place that can be read, as far as that is
// known.
func isInteger(s uprobe.Site, place int) bool {
	args := s.Args()
	if place >= len(args) || args[place].Kind == operand.Invalid || args[place].Float {
		return false
	}
	param := s.Signature.At(place)
	return param == nil || !param.Type.Kind.IsAddress() && integerError(param) == nil
}
