package stapsdt

// Params returns the declared arguments; their names are "" if the declaration has none. The caller
// owns the slice.
func (p *Probe) Params() []Param {
	params := make([]Param, len(p.types))
	place := 0
	for i, t := range p.types {
		params[i] = Param{p.names[place], t}
		place += len(wire[t])
	}
	return params
}
