package elfimage

import (
	"encoding/binary"
	"strconv"

	"github.com/go-usdt/usdt/internal/elf"
)

// A writer writes an image from front to back, after it has placed all the sections.
type writer struct {
	machine  *machine
	site     []byte
	base     uint64
	forGDB   bool
	provider string
	probes   []Probe
	btf      []byte

	sections     [maxSections]section
	sectionCount int    // of this image
	sectionTable uint64 // offset of the section headers
	size         uint64 // of the image

	out []byte // what is written so far; the rest of its capacity is zero
}

func newWriter(s Spec) (*writer, error) {
	m := machineOf(s.Machine)
	if err := s.check(m); err != nil {
		return nil, err
	}
	w := &writer{machine: m, site: s.Site, base: s.Base, forGDB: s.ForGDB, provider: s.Provider,
		probes: s.Probes, btf: s.BTF}
	if err := w.layOut(); err != nil {
		return nil, err
	}
	w.out = make([]byte, 0, w.size)
	return w, nil
}

// write writes the whole image.
func (w *writer) write() error {
	w.putHeader()
	if !w.forGDB {
		w.putSegments()
	}
	w.putBuildID()
	if err := w.putHash(); err != nil {
		return err
	}
	w.putSymbols()
	w.putSymbolNames()
	w.putStubs()
	w.putDynamic()
	w.putNotes()
	w.putSectionNames()
	w.putBTF()
	w.putSectionTable()
	if !w.forGDB {
		w.setBuildID()
	}
	return nil
}

// Operands returns what the note of a probe says of arguments of these sizes: see [Probe]. It
// returns "" for a machine that images cannot be made for.
func Operands(id elf.Machine, sizes []int) string {
	if m := machineOf(id); m != nil {
		return string(m.appendOperands(nil, sizes))
	}
	return ""
}

// appendOperands says where arguments of these sizes are, as in "8@%rdi -4@%rsi". Every register
// has its 64-bit name: tracers go by the size, and none accepts w0 on arm64.
func (m *machine) appendOperands(b []byte, sizes []int) []byte {
	for i, size := range sizes {
		if i > 0 {
			b = append(b, ' ')
		}
		b = strconv.AppendInt(b, int64(size), 10)
		b = append(b, '@')
		b = append(b, m.registers[i]...)
	}
	return b
}

// seek leaves zeros up to offset, which is not below the end of what is written.
func (w *writer) seek(offset uint64) { w.out = w.out[:offset] }

func (w *writer) begin(section int) { w.seek(w.sections[section].offset) }

// put16, put32 and put64 append members of ELF structures, which have no padding between them.
// binary.Append could append whole structures, but by reflection, which would add some 40 KB to
// every program with probes. Inlined copies of these functions would add 20 KB.

//go:noinline
func (w *writer) put16(values ...uint16) {
	for _, v := range values {
		w.out = binary.LittleEndian.AppendUint16(w.out, v)
	}
}

//go:noinline
func (w *writer) put32(values ...uint32) {
	for _, v := range values {
		w.out = binary.LittleEndian.AppendUint32(w.out, v)
	}
}

//go:noinline
func (w *writer) put64(values ...uint64) {
	for _, v := range values {
		w.out = binary.LittleEndian.AppendUint64(w.out, v)
	}
}

//go:noinline
func (w *writer) putString(s string) {
	w.out = append(w.out, s...)
	w.out = append(w.out, 0)
}
