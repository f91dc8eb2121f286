package elfimage_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/elfimage"
)

func TestBuildErrors(t *testing.T) {
	probes := func(p ...elfimage.Probe) func(*elfimage.Spec) {
		return func(s *elfimage.Spec) { s.Probes = p }
	}
	args := func(sizes ...int) func(*elfimage.Spec) {
		return probes(elfimage.Probe{Name: "p", Args: sizes})
	}
	site := func(machine elf.Machine, code []byte) func(*elfimage.Spec) {
		return func(s *elfimage.Spec) { s.Machine, s.Site = machine, code }
	}
	for _, tt := range []struct {
		name string
		edit func(*elfimage.Spec)
		want string // part of the message
	}{
		{"no machine", func(s *elfimage.Spec) { s.Machine = 0 }, "machine EM_NONE"},
		{"other machine", func(s *elfimage.Spec) { s.Machine = elf.EM_386 }, "machine EM_386"},
		{"no site", func(s *elfimage.Spec) { s.Site = nil }, "no machine code"},
		{"site too long", site(elf.EM_X86_64, make([]byte, 16)), "site of 16 bytes, at most 10"},
		{"arm64 site too long", site(elf.EM_AARCH64, make([]byte, 16)),
			"site of 16 bytes, at most 4"},
		{"part of an instruction", site(elf.EM_AARCH64, make([]byte, 3)),
			"site of 3 bytes, instructions take 4"},
		{"empty provider", func(s *elfimage.Spec) { s.Provider = "" }, "provider name: empty"},
		{"NUL in provider", func(s *elfimage.Spec) { s.Provider = "a\x00" },
			"provider name: byte 1 is NUL"},
		{"empty probe", probes(elfimage.Probe{}), `probe 0 (""): name: empty`},
		{"NUL in probe", probes(elfimage.Probe{Name: "\x00"}), `probe 0 ("\x00"): name: byte 0 is NUL`},
		{"duplicate", probes(elfimage.Probe{Name: "a"}, elfimage.Probe{Name: "b"},
			elfimage.Probe{Name: "a"}),
			`probe 2 ("a"): an earlier probe has this name`},
		{"seven arguments", args(1, 1, 1, 1, 1, 1, 1), `probe 0 ("p"): 7 arguments, at most 6`},
		{"size 0", args(8, 0), `probe 0 ("p"): argument 1: size 0`},
		{"size 3", args(3), "argument 0: size 3"},
		{"size -16", args(-16), "argument 0: size -16"},
		{"too large", func(s *elfimage.Spec) {
			s.Provider = strings.Repeat("x", 16<<20)
			for i := range 128 {
				s.Probes = append(s.Probes, elfimage.Probe{Name: strconv.Itoa(i)})
			}
		}, "too large"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			spec := elfimage.Spec{Machine: elf.EM_X86_64, Provider: "shop", Site: []byte{0x90}}
			tt.edit(&spec)
			image, err := elfimage.Build(spec)
			if image != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("Build: %d bytes, error %v; want one with %q", len(image), err, tt.want)
			}
			if len(err.Error()) > 400 {
				t.Errorf("the message has %d bytes", len(err.Error()))
			}
			unsupported := strings.Contains(tt.want, "machine EM_")
			if errors.Is(err, errors.ErrUnsupported) != unsupported {
				t.Errorf("%v: matches errors.ErrUnsupported: %v, want %v", err, !unsupported, unsupported)
			}
		})
	}
}

// TestSiteSizes builds images with sites of all sizes that are allowed: no two sizes may have sites
// at one offset.
func TestSiteSizes(t *testing.T) {
	for _, m := range machines {
		sizes := make(map[uint64]int)
		for size := 1; ; size++ {
			spec := elfimage.Spec{Machine: m.elf, Provider: "shop", Site: make([]byte, size),
				Probes: []elfimage.Probe{{Name: "a"}, {Name: "b"}}}
			image, err := elfimage.Build(spec)
			if err != nil {
				if longest := slices.MaxFunc(m.sites, byLength); size > len(longest) {
					break
				}
				continue // a part of an instruction
			}
			checkImage(t, spec)
			for _, place := range placesOf(t, image) {
				if other := sizes[place.Offset]; other != 0 {
					t.Errorf("%s: sites of %d and of %d bytes at %#x", m.name, other, size, place.Offset)
				}
				sizes[place.Offset] = size
			}
		}
	}
}

func byLength(a, b []byte) int { return len(a) - len(b) }
