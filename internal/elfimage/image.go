package elfimage

import (
	"encoding/binary"
	"strconv"

	"github.com/go-usdt/usdt/internal/elf"
)

// An image is written from front to back, after all its sections have been placed.
type image struct {
	target   *target
	machine  elf.Machine
	site     []byte
	base     uint64
	forGDB   bool
	provider string
	probes   []probe

	sections     [sectionCount]section
	sectionTable uint64 // offset of the section headers
	size         uint64 // of the image

	out []byte // what is written so far; the rest of its capacity is zero
}

// A probe is a Probe whose arguments are in the words of its note, such as "8@%rdi -4@%rsi".
type probe struct{ name, args string }

func newImage(s Spec) (*image, error) {
	t := targets[s.Machine]
	if err := s.check(t); err != nil {
		return nil, err
	}
	im := &image{target: t, machine: s.Machine, site: s.Site, base: s.Base, forGDB: s.ForGDB, provider: s.Provider}
	im.probes = make([]probe, len(s.Probes))
	for i, p := range s.Probes {
		im.probes[i] = probe{p.Name, t.operands(p.Args)}
	}
	if err := im.layOut(); err != nil {
		return nil, err
	}
	im.out = make([]byte, 0, im.size)
	return im, nil
}

// operands says where arguments of these sizes are. Every register has its 64-bit name: tracers go by
// the size, and none accepts w0 on arm64.
func (t *target) operands(sizes []int) string {
	var b []byte
	for i, size := range sizes {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(size), 10)
		b = append(b, '@')
		b = append(b, t.registers[i]...)
	}
	return string(b)
}

// seek leaves zeros up to offset, which is not below what is written.
func (im *image) seek(offset uint64) { im.out = im.out[:offset] }

func (im *image) begin(section int) { im.seek(im.sections[section].offset) }

// put appends v, an ELF structure or a slice of them.
func (im *image) put(v any) {
	// An error would mean that v has no fixed size.
	im.out, _ = binary.Append(im.out, binary.LittleEndian, v)
}

func (im *image) putString(s string) {
	im.out = append(im.out, s...)
	im.out = append(im.out, 0)
}
