package elfimage_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// placesOf returns where the notes of an image lead.
func placesOf(t *testing.T, image []byte) []elfimage.Place {
	t.Helper()
	notes, err := sdtnote.Read(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	var places []elfimage.Place
	for _, n := range notes {
		place := elfimage.Place{Location: n.Location, Base: n.Base, Offset: n.FileOffset}
		places = append(places, place)
	}
	return places
}

func TestRecognize(t *testing.T) {
	eachSpec(t, func(t *testing.T, spec elfimage.Spec) {
		places := placesOf(t, build(t, spec))
		want := len(spec.Probes) > 0
		if got := elfimage.Recognize(spec.Machine, places); got != want {
			t.Errorf("recognized: %v, want %v", got, want)
		}
	})
}

// Notes that lead elsewhere are those of another program.
func TestRecognizeOthers(t *testing.T) {
	image := build(t, elfimage.Spec{
		Machine:  elf.EM_X86_64,
		Provider: "shop",
		Site:     []byte{0x90},
		Probes:   []elfimage.Probe{{Name: "first"}, {Name: "second"}},
	})
	places := placesOf(t, image)
	for name, change := range map[string]func([]elfimage.Place){
		"a site at a landing": func(p []elfimage.Place) { p[1].Location--; p[1].Offset-- },
		"a site beside another": func(p []elfimage.Place) {
			p[1] = p[0]
			p[1].Location++
			p[1].Offset++
		},
		"two notes of a site": func(p []elfimage.Place) { p[1] = p[0] },
		"another order":       slices.Reverse[[]elfimage.Place],
		"two bases":           func(p []elfimage.Place) { p[1].Base-- },
		"the base a page off": func(p []elfimage.Place) { p[0].Base -= 4096; p[1].Base -= 4096 },
		"no base":             func(p []elfimage.Place) { p[0].Base, p[1].Base = 0, 0 },
		"address and offset differ": func(p []elfimage.Place) {
			for i := range p {
				p[i].Offset += 4096
			}
		},
	} {
		others := slices.Clone(places)
		change(others)
		if elfimage.Recognize(elf.EM_X86_64, others) {
			t.Errorf("%s: recognized %+v", name, others)
		}
	}
	for _, machine := range []elf.Machine{elf.EM_AARCH64, elf.EM_386} {
		if elfimage.Recognize(machine, places) {
			t.Errorf("recognized an image of x86-64 as one of %v", machine)
		}
	}
	if landing := elfimage.Landing(elf.EM_386); landing != nil {
		t.Errorf("a machine without images has the landing %x", landing)
	}
}
