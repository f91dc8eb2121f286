//go:build linux

package main

import (
	"fmt"

	"github.com/go-usdt/usdt/internal/tracing/format"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A tracePlan says what is traced and how it is written.
type tracePlan struct {
	probes  []uprobe.Probe
	options uprobe.TraceOptions
	format  *format.Format // nil: all arguments
}

// captured tells for each argument of a probe whether it has a capture.
func (p *tracePlan) captured(probe int) []bool {
	captured := make([]bool, len(p.probes[probe].Args()))
	for _, c := range p.options.Captures[probe] {
		captured[c.Arg] = true
	}
	return captured
}

// byTypes splits each probe into those whose sites agree in size and sign of all arguments: an event does not
// tell its site, and two versions of a program, or two places in one, may differ in that.
func byTypes(probes []uprobe.Probe) []uprobe.Probe {
	var split []uprobe.Probe
	for _, p := range probes {
		index := make(map[string]int) // in split, by types
		for _, site := range p.Sites {
			types := argTypes(site)
			i, known := index[types]
			if !known {
				i = len(split)
				index[types] = i
				split = append(split, uprobe.Probe{Provider: p.Provider, Name: p.Name})
			}
			split[i].Sites = append(split[i].Sites, site)
		}
	}
	return split
}

func argTypes(site uprobe.Site) string {
	types := ""
	for _, a := range operand.Parse(site.Note) {
		types += fmt.Sprintf("%d%t ", a.Size, a.Signed)
	}
	return types
}
