package symbol

import (
	"bytes"
	"encoding/binary"

	"github.com/go-usdt/usdt/internal/elf"
)

// The runtime finds its tables by moduledata of runtime/symtab.go, which begins with the address of
// the header and that of the names. These are the indexes of other words of it, which are the same
// from Go 1.20 to 1.26.
const (
	moduleText   = 22
	moduleGofunc = 40
)

// locate finds the address that entries count from, and what has been inlined. The header of Go
// before 1.26 has the first, too, unless the program is independent of its position.
func (t *pclntab) locate(textStart uint64) bool {
	header, ok := t.file.addressOf(t.at, 0)
	if !ok {
		return false
	}
	t.text = textStart
	if m, ok := t.findModule(header, header+t.names-t.at); ok {
		if text := m.word(moduleText); text != 0 {
			t.text = text
		}
		if at, ok := t.file.offsetOf(m.word(moduleGofunc)); ok && t.hasLines {
			t.inlining = at
		}
	}
	if t.text == 0 {
		t.text = t.file.sectionAddress(".text")
	}
	return t.text != 0
}

func (f *File) sectionAddress(name string) uint64 {
	for _, s := range f.sections {
		if s.name == name {
			return s.address
		}
	}
	return 0
}

// A module is a moduledata: where it is, and what the dynamic linker would write there.
type module struct {
	file      *File
	offset    uint64
	relocated map[uint64]uint64 // by index of word
}

func (m module) word(i uint64) uint64 {
	if v, ok := m.relocated[i]; ok {
		return v
	}
	v, _ := m.file.uint64(m.offset + 8*i)
	return v
}

// findModule finds the moduledata by its first two words.
func (t *pclntab) findModule(first, second uint64) (m module, ok bool) {
	f := t.file
	for _, s := range f.segments {
		if s.flags&elf.PF_W != 0 && !ok {
			f.scan(s, binary.LittleEndian.AppendUint64(nil, first), func(at uint64) bool {
				next, _ := f.uint64(at + 8)
				m, ok = module{file: f, offset: at}, next == second
				return ok
			})
		}
	}
	if ok {
		return m, true
	}
	return f.findRelocated(first, second)
}

// scan calls found for each place in a segment where the bytes, at most 8, are in an aligned word,
// until it returns true.
func (f *File) scan(s segment, wanted []byte, found func(at uint64) bool) {
	if !f.mayScan(s.size) {
		return
	}
	for at, end := s.offset, s.offset+s.size; at < end; at += blockSize - at%blockSize {
		b := f.block(at / blockSize)
		b = b[min(at%blockSize, uint64(len(b))):]
		if len(b) == 0 {
			return // the end of the file
		}
		for from := 0; ; from++ {
			i := bytes.Index(b[from:], wanted)
			if i < 0 {
				break
			}
			from += i
			if place := at + uint64(from); place%8 == 0 && found(place) { // #nosec G115 -- an index
				return
			}
		}
	}
}

// findRelocated finds the moduledata of a program in which the dynamic linker writes addresses, by
// the relocations (Elf64_Rela: where, how, what).
func (f *File) findRelocated(first, second uint64) (module, bool) {
	const relocations = 4 // SHT_RELA
	le := binary.LittleEndian
	for _, s := range f.sections {
		if s.typ != relocations || s.flags&elf.SHF_ALLOC == 0 || !f.mayScan(s.size) {
			continue
		}
		var previous, value uint64
		for i := range s.size / relaSize {
			b := f.read(s.offset+i*relaSize, relaSize)
			if b == nil {
				break
			}
			where, what := le.Uint64(b), le.Uint64(b[16:])
			if value == first && what == second && where == previous+8 {
				return f.relocatedModule(s, i-1, previous)
			}
			previous, value = where, what
		}
	}
	return module{}, false
}

// relocatedModule returns the moduledata at an address, to which the relocations from index on
// belong. They are in the order of what they change.
func (f *File) relocatedModule(s section, index, address uint64) (m module, ok bool) {
	le := binary.LittleEndian
	m = module{file: f, relocated: make(map[uint64]uint64)}
	if m.offset, ok = f.offsetOf(address); !ok {
		return m, false
	}
	for i := range uint64(2 * moduleGofunc) {
		b := f.read(s.offset+(index+i)*relaSize, relaSize)
		if b == nil {
			break
		}
		if where := le.Uint64(b); where >= address && where-address <= 8*moduleGofunc {
			m.relocated[(where-address)/8] = le.Uint64(b[16:])
		}
	}
	return m, true
}
