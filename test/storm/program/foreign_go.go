//go:build linux && !cgo

package main

// foreign does without threads of C what it does with them.
func (g *gust) foreign() {
	g.fire()
	g.deep(20)
}
