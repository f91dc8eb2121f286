package elfimage_test

import (
	"bytes"
	"testing"

	"github.com/go-usdt/usdt/internal/elfimage"
)

// FuzzSameAsC holds both writers to the same bytes for any specification that can be made, and
// the image to what checkImage says. The C writer runs with sanitizers, in a process of its own.
func FuzzSameAsC(f *testing.F) {
	f.Add(uint8(0), "shop", []byte("order_start\norder_end"), []byte{2, 3, 7}, []byte{})
	f.Add(uint8(3), "s\xff p", []byte("a\nb\nc\n\nd"), []byte{6, 0, 1, 2, 3, 4, 5, 1, 6, 0},
		[]byte("any bytes"))
	c := startImageserver(f)
	f.Fuzz(func(t *testing.T, form uint8, provider string, names, args, btf []byte) {
		spec := specOf(form, provider, names, args)
		spec.BTF = btf
		compare(t, "image", c.image(t, spec), build(t, spec))
		checkImage(t, spec)
	})
}

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
