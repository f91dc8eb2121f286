package elfimage_test

import (
	"testing"
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
