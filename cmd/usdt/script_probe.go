//go:build linux

package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// tracedProbe is a probe of a process as a script traces it.
type tracedProbe struct {
	pid            int
	provider, name string
	objects        []process.Object // each with the notes of this probe only
	args           []tracedArg
}

func (p tracedProbe) String() string { return p.provider + ":" + p.name }

// tracedArg is one argument as it is printed.
type tracedArg struct {
	operand.Arg
	form   argForm
	length int // of bytes: the argument that has it
}

type argForm int

const (
	asInteger argForm = iota
	asText            // it points to text that ends with a NUL
	asBytes           // it points to bytes, whose number is the argument behind it
)

// label is what is printed before the value of argument i.
func label(i int) string { return fmt.Sprintf("arg%d=", i) }

// newTracedProbe finds PROVIDER:PROBE in a process. Which arguments are texts, and which bytes, is by index.
func newTracedProbe(pid int, probe string, texts, bytes []int) (tracedProbe, error) {
	provider, name, ok := strings.Cut(probe, ":")
	if !ok || provider == "" || name == "" {
		return tracedProbe{}, usagef("%q is not PROVIDER:PROBE", probe)
	}
	p := tracedProbe{pid: pid, provider: provider, name: name}
	var err error
	if p.objects, err = findProbe(pid, probe); err != nil {
		return p, err
	}
	if err := p.checkNames(); err != nil {
		return p, err
	}
	for _, a := range operand.Parse(p.objects[0].Notes[0]) {
		p.args = append(p.args, tracedArg{Arg: a})
	}
	return p, p.setForms(texts, bytes)
}

func (p tracedProbe) setForms(texts, bytes []int) error {
	for _, i := range texts {
		if i < 0 || i >= len(p.args) {
			return usagef("--str %d: %v has %d arguments, the first is 0", i, p, len(p.args))
		}
		p.args[i].form = asText
	}
	for _, i := range bytes {
		if i < 0 || i+1 >= len(p.args) {
			return usagef("--bytes %d: %v has %d arguments, the first is 0, and the number of bytes comes after them", i, p, len(p.args))
		}
		p.args[i].form, p.args[i].length = asBytes, i+1
	}
	return nil
}

// findProbe returns the objects of a process that have the probe, each with its notes only.
func findProbe(pid int, probe string) ([]process.Object, error) {
	objects, err := process.Read(pid)
	if err != nil {
		return nil, err
	}
	var found []process.Object
	for _, o := range objects {
		o.Notes = slices.DeleteFunc(slices.Clone(o.Notes), func(n sdtnote.Note) bool {
			return n.Provider+":"+n.Name != probe
		})
		if len(o.Notes) > 0 {
			found = append(found, o)
		}
	}
	if len(found) == 0 {
		process := target{pid: pid}
		return nil, fmt.Errorf("%v has no probe %q; %s", process, probe, process.hint(probe, namesIn(objects)))
	}
	return found, nil
}

// plain is what means itself in a shell and in the language of every tool.
var plain = regexp.MustCompile(`^[\w./+,@=-]+$`)

// checkNames refuses what a hostile process could call itself to have a script do something else.
func (p tracedProbe) checkNames() error {
	names := []string{p.provider, p.name}
	for _, o := range p.objects {
		names = append(names, o.Path)
	}
	for _, name := range names {
		if !plain.MatchString(name) {
			return fmt.Errorf("%q cannot be written into a script; use usdt trace", name)
		}
	}
	return nil
}

// readable returns the arguments before the first one that cannot be decoded, at most limit: tools that skip
// what they do not understand give those behind it the wrong number.
func (p tracedProbe) readable(limit int) []tracedArg {
	args := p.args[:min(len(p.args), limit)]
	if bad := slices.IndexFunc(args, func(a tracedArg) bool { return a.Kind == operand.Invalid }); bad >= 0 {
		args = args[:bad]
	}
	return args
}

// checkForms refuses texts and bytes that the tool cannot have.
func (p tracedProbe) checkForms(tool string, printed []tracedArg, canBytes bool) error {
	for i, a := range p.args {
		switch {
		case a.form == asBytes && !canBytes:
			return usagef("--bytes %d: %s cannot read as many bytes as an argument says; try --tool bpftrace", i, tool)
		case a.form != asInteger && (i >= len(printed) || a.length >= len(printed)):
			return fmt.Errorf("%s cannot read argument %d of %v (%s); use usdt trace", tool, i, p, p.objects[0].Notes[0].Args)
		}
	}
	return nil
}
