package symbol

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"

	"github.com/go-usdt/usdt/internal/elf"
)

// A function is a symbol of ELF.
type function struct {
	address, size uint64
	name          uint64 // its offset in the file
}

// maxFunctions bounds the symbols that are remembered of a file: 24 MB.
const maxFunctions = 1 << 20

// readFunctions reads the symbols of functions. Those that stripped files keep are in .dynsym.
func (f *File) readFunctions() {
	for _, s := range f.sections {
		isTable := s.typ == elf.SHT_SYMTAB || s.typ == elf.SHT_DYNSYM
		if isTable && uint64(s.link) < uint64(len(f.sections)) {
			f.readSymbols(s, f.sections[s.link])
		}
	}
	slices.SortStableFunc(f.functions, func(a, b function) int {
		return cmp.Or(cmp.Compare(a.address, b.address), cmp.Compare(a.size, b.size))
	})
	// Several names of a function: the first one of the file is kept.
	f.functions = slices.CompactFunc(f.functions, func(a, b function) bool {
		return a.address == b.address && a.size == b.size
	})
}

func (f *File) readSymbols(table, names section) {
	const indirect = 10 // STT_GNU_IFUNC
	le := binary.LittleEndian
	if !f.mayScan(table.size) {
		return
	}
	for i := range table.size / elf.Sym64Size {
		b := f.read(table.offset+i*elf.Sym64Size, elf.Sym64Size)
		if b == nil || len(f.functions) >= maxFunctions {
			return
		}
		typ, section := elf.ST_TYPE(b[4]), elf.SectionIndex(le.Uint16(b[6:]))
		if typ != elf.STT_FUNC && typ != indirect || section == elf.SHN_UNDEF {
			continue
		}
		f.functions = append(f.functions, function{
			address: le.Uint64(b[8:]), size: le.Uint64(b[16:]),
			name: names.offset + uint64(le.Uint32(b)),
		})
	}
}

// find returns the function that has the address. A function of assembly may have no size: it
// reaches to the next one.
func (f *File) find(address uint64) (function, bool) {
	i := sort.Search(len(f.functions), func(i int) bool { return f.functions[i].address > address })
	if i == 0 {
		return function{}, false
	}
	fn := f.functions[i-1]
	return fn, fn.size == 0 || address-fn.address < fn.size
}
