package elfimage_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/elfimage"
)

// TestRandomImages reads random images back.
func TestRandomImages(t *testing.T) {
	m := newSpecMaker(1)
	for range 100 {
		checkImage(t, m.spec(m.IntN(40)))
	}
}

// FuzzBuild builds images of any names and sizes: either there is an error, or the image is read
// back as specified. Run it with
//
//	go test -fuzz=FuzzBuild -fuzztime=60s ./internal/elfimage
func FuzzBuild(f *testing.F) {
	f.Add(uint16(elf.EM_X86_64), "shop", []byte{0x90}, []byte("order_start\norder_end"),
		[]byte{8, 0xfc})
	f.Add(uint16(elf.EM_AARCH64), "shop", []byte{0x1f, 0x20, 0x03, 0xd5}, []byte("a\nb\nc"),
		[]byte{1, 2, 4, 8, 0xff, 0xfe})
	f.Add(uint16(elf.EM_X86_64), "a\x00b", []byte{0xcc}, []byte("a\na"), []byte{3})
	f.Add(uint16(elf.EM_386), "", []byte{}, []byte("\n"), []byte{1, 1, 1, 1, 1, 1, 1})

	f.Fuzz(func(t *testing.T, machine uint16, provider string, site, names, sizes []byte) {
		spec := elfimage.Spec{Machine: elf.Machine(machine), Provider: provider, Site: site}
		var args []int
		for _, size := range sizes {
			args = append(args, int(int8(size)))
		}
		for name := range bytes.SplitSeq(names, []byte("\n")) {
			spec.Probes = append(spec.Probes, elfimage.Probe{Name: string(name), Args: args})
		}
		if image, err := elfimage.Build(spec); err != nil {
			if image != nil {
				t.Errorf("%d bytes and the error %v", len(image), err)
			}
			if valid(spec) {
				t.Errorf("Build: %v", err)
			}
			return
		}
		checkImage(t, spec)
	})
}

// valid reports whether there must be an image of spec.
func valid(spec elfimage.Spec) bool {
	if _, ok := returns[spec.Machine]; !ok || len(spec.Site) == 0 ||
		len(spec.Site) > len(slices.MaxFunc(sites(spec.Machine), byLength)) {
		return false
	}
	if spec.Machine == elf.EM_AARCH64 && len(spec.Site)%4 != 0 {
		return false
	}
	names := make(map[string]bool)
	for _, p := range spec.Probes {
		names[p.Name] = true
		for _, size := range p.Args {
			if !slices.Contains(argSizes, size) {
				return false
			}
		}
		if len(p.Args) > elfimage.MaxArgs || p.Name == "" || bytes.ContainsRune([]byte(p.Name), 0) {
			return false
		}
	}
	return len(names) == len(spec.Probes) && spec.Provider != "" &&
		!bytes.ContainsRune([]byte(spec.Provider), 0)
}
