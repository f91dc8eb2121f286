package command

import (
	"errors"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// byFlag is the flag that lists by what hits, or pairs, are grouped: arguments, and what every hit
// has.
type byFlag []argument

// ofHit is what every hit has.
var ofHit = []uprobe.Argument{
	uprobe.Process, uprobe.Thread, uprobe.Command, uprobe.Container, uprobe.Pod,
}

func isOfHit(a argument) bool { return slices.Contains(ofHit, uprobe.Argument(a)) }

func (f *byFlag) Set(list string) error {
	for text := range strings.SplitSeq(list, ",") {
		parsed, ok := parseArgument(text)
		for _, special := range ofHit {
			if text == special.String() {
				parsed = special
			}
		}
		switch a := argument(parsed); {
		case !ok:
			return errors.New("want names of arguments, or their numbers from 0, or pid, tid, comm, " +
				"container, pod, separated by commas")
		case slices.Contains(*f, a):
			return errors.New(a.label() + " is named twice")
		default:
			*f = append(*f, a)
		}
	}
	return nil
}

func (f *byFlag) String() string {
	var names []string
	for _, a := range *f {
		names = append(names, uprobe.Argument(a).String())
	}
	return strings.Join(names, ",")
}

func (f *byFlag) Type() string { return "list" }

const byHelp = "the arguments `NAMES`, pid, tid, comm, container, pod"

// byKeysHelp says how hits are grouped.
const byKeysHelp = `Values are those of
arguments, pid, tid, comm, which is the name of the thread, container, which is the first 12 digits
of the container's id, or its name, and pod, which is NAMESPACE/NAME of a pod of Kubernetes, or its
UID; outside of containers and pods, these are -. --str N says that argument
N of probes that are not described points to text. Of a text, 255 bytes count, of each of several
less; an … follows the quote where there is more.`

// histogramOthersHelp says what becomes of further groups.
const histogramOthersHelp = `After 65536 combinations, further ones have one
histogram together, as others. With --at, --by takes arguments only.`

// grouping returns by what the hits of probes are grouped. The list strings says which arguments
// point to text.
func (f byFlag) grouping(strings pointedFlag, probes []uprobe.Probe) (grouping, error) {
	unused := strings.outside(f, func(argument) []uprobe.Probe { return probes })
	if unused != nil {
		return nil, usagef("--str %s: name an argument of --by", unused.text)
	}
	var g grouping
	for _, a := range f {
		if isOfHit(a) {
			g = append(g, byOfHit(a))
			continue
		}
		by, err := groupBy("--by", a, pointToText(a, strings, probes...), probes...)
		if err != nil {
			return nil, err
		}
		g = append(g, by)
	}
	return g, nil
}

// outside returns the first of the list that is none of the arguments, nil if each is one. of
// returns the probes by whose argument hits are grouped.
func (f pointedFlag) outside(by byFlag, of func(argument) []uprobe.Probe) *pointed {
	for i, p := range f {
		if !slices.ContainsFunc(by, func(a argument) bool {
			return slices.ContainsFunc(of(a), func(probe uprobe.Probe) bool { return p.is(a, probe) })
		}) {
			return &f[i]
		}
	}
	return nil
}

func byOfHit(a argument) byValue {
	return byValue{arg: a, isText: a == argument(uprobe.Command)}
}

// pointToText reports whether the user says so of an argument.
func pointToText(a argument, strings pointedFlag, probes ...uprobe.Probe) bool {
	for _, p := range probes {
		for _, site := range p.Sites {
			place, err := site.Place(uprobe.Argument(a))
			if err != nil || !strings.mean(site, place) {
				return false
			}
		}
	}
	return true
}

// checkAt reports a value that a program which is asked itself does not have.
func (f byFlag) checkAt() error {
	for _, a := range f {
		if isOfHit(a) {
			return usagef("--by %s: a program that is asked itself is one process, and its goroutines "+
				"have no threads of their own; name arguments, or use -p", printable.Text(f.String()))
		}
	}
	return nil
}
