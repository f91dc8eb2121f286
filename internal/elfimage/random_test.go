package elfimage_test

import (
	"math/rand/v2"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/elfimage"
)

const (
	maxProbes   = 500
	maxNameSize = 128 // bytes, of providers and probes in the public package
)

var argSizes = []int{1, 2, 4, 8, -1, -2, -4, -8}

// specMaker makes valid specifications, always the same from one seed. Machines, forms of site and
// lengths of names take turns, so that all of them come up. The rest is random.
type specMaker struct {
	*rand.Rand
	specs, names int // made so far
}

func newSpecMaker(seed uint64) *specMaker {
	return &specMaker{Rand: rand.New(rand.NewPCG(seed, seed))}
}

func (m *specMaker) spec(probes int) elfimage.Spec {
	s := elfimage.Spec{Provider: m.name(), BTF: m.types()}
	s.Machine, s.Site = m.form()
	seen := make(map[string]bool)
	for len(s.Probes) < probes {
		p := elfimage.Probe{Name: m.name(), Args: m.args()}
		if !seen[p.Name] {
			seen[p.Name] = true
			s.Probes = append(s.Probes, p)
		}
	}
	return s
}

// name returns 1 to maxNameSize bytes, but no NUL. Bytes beyond ASCII matter, because C's char may
// be signed.
func (m *specMaker) name() string {
	name := make([]byte, 1+m.names%maxNameSize)
	m.names++
	for i := range name {
		for name[i] == 0 {
			name[i] = byte(m.Uint32())
		}
	}
	return string(name)
}

func (m *specMaker) args() []int {
	args := make([]int, m.IntN(elfimage.MaxArgs+1))
	for i := range args {
		args[i] = argSizes[m.IntN(len(argSizes))]
	}
	return args
}

// types returns up to 300 bytes, which stand for types: the writers do not look at them.
func (m *specMaker) types() []byte {
	types := make([]byte, max(0, m.IntN(400)-100))
	for i := range types {
		types[i] = byte(m.Uint32())
	}
	return types
}

// form returns the next machine and form of site.
func (m *specMaker) form() (elf.Machine, []byte) {
	i := m.specs % forms
	m.specs++
	for _, machine := range machines {
		if i < len(machine.sites) {
			return machine.elf, machine.sites[i]
		}
		i -= len(machine.sites)
	}
	panic("forms does not count the sites of machines")
}

const forms = 4
