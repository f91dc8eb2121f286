package embed

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/go-usdt/usdt/internal/block"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// Compare returns how the program differs from a result of its Embed: a line for each probe that
// only one of them has, which begins with - for the program and with + for the result. A probe in
// another slot is the same, unless it shares that with another probe, and so is one with another
// form of site unless anyForm is false.
func (p *Program) Compare(r Result, anyForm bool) (differences []string, err error) {
	is, err := p.lines(p.content, anyForm)
	if err != nil {
		return nil, err
	}
	want, err := p.lines(r.Content, anyForm)
	if err != nil {
		return nil, err
	}
	for line := range is {
		if !want[line] {
			differences = append(differences, "- "+line)
		}
	}
	for line := range want {
		if !is[line] {
			differences = append(differences, "+ "+line)
		}
	}
	slices.SortFunc(differences, func(a, b string) int {
		const sign = 2
		return strings.Compare(a[sign:]+a[:sign], b[sign:]+b[:sign])
	})
	return differences, nil
}

// lines returns what notes and signatures say, with a line for each probe.
func (p *Program) lines(content []byte, anyForm bool) (map[string]bool, error) {
	all, err := signature.ReadFile(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	known, lines := signature.NewSet(all), make(map[string]bool)
	owners := make(map[uint64]string) // of slots
	err = sdtnote.Each(bytes.NewReader(content), func(n sdtnote.Note) {
		line := n.Provider + ":" + n.Name
		s := known.Find(n.Provider, n.Name)
		if s != nil {
			line += "(" + s.String() + ")"
		}
		line += " " + n.Args
		slot, form, ok := p.slotAt(n.Address)
		if !ok {
			line += fmt.Sprintf(" at %#x", n.Address)
		} else if !anyForm {
			line += " " + form.String()
		}
		probe := n.Provider + ":" + n.Name + " " + n.Args
		if owner, isTaken := owners[slot]; ok && isTaken && owner != probe {
			line += " in the slot of " + owner
		} else if ok {
			owners[slot] = probe
		}
		if s != nil && s.Description != "" {
			line += " # " + s.Description
		}
		lines[line] = true
	})
	return lines, err
}

// slotAt returns the address of the slot that has a site at an address, and the form of the site.
func (p *Program) slotAt(address uint64) (slot uint64, form probesite.Form, ok bool) {
	size := block.SlotSize(p.machine)
	for _, b := range p.blocks {
		if address < b.address+size || address-b.address >= size*block.Slots {
			continue
		}
		for _, form := range forms {
			at, ok := block.Site(p.machine, form)
			if ok && (address-b.address)%size == at {
				return address - at, form, true
			}
		}
	}
	return 0, 0, false
}
