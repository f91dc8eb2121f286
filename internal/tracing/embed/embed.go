package embed

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/go-usdt/usdt/internal/block"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// A Result is a program with the notes of its probes.
type Result struct {
	Content []byte
	Probes  []Probe // that have a note, by library, provider and name
	Left    []Probe // for which there was no slot
	Clashes []Probe // of whose names there are notes of others, to which tracers attach too
}

// Embed returns the program with notes of the probes in the list, whose sites are of that form. It
// depends on nothing else, and what an earlier Embed has added is not in the result.
func (p *Program) Embed(l List, form probesite.Form) (Result, error) {
	var r Result
	if _, ok := block.Site(p.machine, form); !ok {
		return r, fmt.Errorf("programs for %s have no sites of the form %v; use %v",
			machineNames[p.machine].goarch, form, probesite.Nop)
	}
	libraries, err := p.libraries(l)
	if err != nil {
		return r, err
	}
	t, err := p.tail()
	if err != nil {
		return r, err
	}
	notes := t.notes
	var signatures [][]byte
	for i, b := range p.blocks {
		placed, left := place(libraries[i].Probes)
		r.Probes, r.Left = append(r.Probes, placed...), append(r.Left, left...)
		notes = p.appendNotes(notes, b, placed, form, t.base.Addr)
		signatures = append(signatures, libraries[i].BTF)
	}
	if len(r.Probes) == 0 {
		return r, errors.New("it declares no probes before main runs; declare them in variables of " +
			"packages, or in init")
	}
	types, err := signature.Merge(signatures)
	if err != nil {
		return r, err
	}
	r.Content = t.write(notes, types)
	return r, p.findClashes(&r)
}

// findClashes finds the probes that have the provider and the name of a note of others. The error
// is about notes of others that keep tracers from reading the file.
func (p *Program) findClashes(r *Result) error {
	type name struct{ provider, name string }
	foreign := make(map[name]bool)
	err := sdtnote.Each(bytes.NewReader(r.Content), func(n sdtnote.Note) {
		if _, _, ok := p.slotAt(n.Address); !ok {
			foreign[name{n.Provider, n.Name}] = true
		}
	})
	for _, probe := range r.Probes {
		if foreign[name{probe.Provider, probe.Name}] {
			r.Clashes = append(r.Clashes, probe)
		}
	}
	if err != nil {
		return fmt.Errorf("tracers could not read its probes beside those that it has of C: %w", err)
	}
	return nil
}

// libraries returns what the list has of each block.
func (p *Program) libraries(l List) ([]Library, error) {
	var found []Library
	for _, library := range l.Libraries {
		if !p.has(library.Library) {
			return nil, fmt.Errorf("the list is of a program with %q, which this one has not",
				library.Library)
		}
	}
	for _, b := range p.blocks {
		n := len(found)
		for _, library := range l.Libraries {
			if library.Library == b.library {
				found = append(found, library)
			}
		}
		if len(found) != n+1 {
			return nil, fmt.Errorf("the list has nothing of %q, which is in the program; write it anew "+
				"by usdt embed --print", b.library)
		}
	}
	return found, nil
}

func (p *Program) has(library string) bool {
	for _, b := range p.blocks {
		if b.library == library {
			return true
		}
	}
	return false
}
