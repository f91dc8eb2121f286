package elfimage_test

import (
	"bytes"
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

// specOf makes a valid specification of any bytes: names is a list of lines, and args has for each
// probe the number of arguments, and then an index in argSizes for each.
func specOf(form uint8, provider string, names, args []byte) elfimage.Spec {
	m := newSpecMaker(0)
	m.specs = int(form)
	var s elfimage.Spec
	s.Machine, s.Site = m.form()
	s.Provider = "p" + string(bytes.ReplaceAll([]byte(provider), []byte{0}, nil))
	seen := make(map[string]bool)
	for name := range bytes.SplitSeq(bytes.ReplaceAll(names, []byte{0}, nil), []byte("\n")) {
		if len(name) == 0 || seen[string(name)] {
			continue
		}
		seen[string(name)] = true
		p := elfimage.Probe{Name: string(name)}
		if len(args) > 0 {
			n := min(int(args[0])%(elfimage.MaxArgs+1), len(args)-1)
			for _, i := range args[1 : 1+n] {
				p.Args = append(p.Args, argSizes[int(i)%len(argSizes)])
			}
			args = args[1+n:]
		}
		s.Probes = append(s.Probes, p)
	}
	return s
}
