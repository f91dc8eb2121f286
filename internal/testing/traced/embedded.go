//go:build traced_embedded

package main

import (
	"strings"

	"github.com/go-usdt/usdt/stapsdt"
	_ "github.com/go-usdt/usdt/stapsdt/static"
)

// The providers whose typed probes are declared before main, for usdt embed, with commas between
// them. The linker sets them: -ldflags=-X=main.providers=traced,shop
var providers string

func init() {
	for name := range strings.SplitSeq(providers, ",") {
		p := newProgram(stapsdt.MustProvider(name))
		for _, declaration := range p.declareTyped() {
			if err := p.declare(declaration); err != nil {
				panic(err)
			}
		}
		early[name] = p
	}
}
