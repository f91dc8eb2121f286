package sdtnote

import (
	"bytes"
	"fmt"
	"io"

	"github.com/go-usdt/usdt/internal/elf"
)

// maxSymbolBytes bounds the size in bytes of all symbol tables of a file and their strings: room
// for 2.8 million symbols.
const maxSymbolBytes = 64 << 20

// maxSymbolName is the length of the longest name that is looked for, in bytes. It bounds the time
// to find the end of each symbol's name: many names can share one end.
const maxSymbolName = 4096

type symbolTable struct{ symbols, strings section }

// SymbolAddresses returns the link-time addresses of those names that are symbols of the executable
// or shared library r, including local symbols. The operands of some notes refer to symbols.
//
// The map lacks names that r does not define, and those that stand for several addresses, as static
// variables of C can: nothing tells which of them is meant. Names of more than 4096 bytes are not
// looked for.
//
// A variable that each thread of an x86-64 program has for itself has an address relative to the
// thread pointer, a negative number. That of a library is known at run time only: the map has a
// number of no meaning for it, but no operand refers to it.
//
// The errors are those of [Read].
func SymbolAddresses(r io.ReaderAt, names ...string) (map[string]uint64, error) {
	e, err := openELF(r)
	if err != nil {
		return nil, fmt.Errorf("read symbols: %w", err)
	}
	defer e.freeBlock()
	search := newSymbolSearch(names)
	search.threadBytes = e.threadBytes()
	left := uint64(maxSymbolBytes)
	for _, table := range e.symbolTables {
		for _, size := range []uint64{table.symbols.size, table.strings.size} {
			if size > left {
				err := malformed("more than %d bytes of symbols", maxSymbolBytes)
				return nil, fmt.Errorf("read symbols: %w", err)
			}
			left -= size
		}
		if err := search.read(e, table); err != nil {
			return nil, fmt.Errorf("read symbols: %w", err)
		}
	}
	for name := range search.ambiguous {
		delete(search.addresses, name)
	}
	return search.addresses, nil
}

// A symbolSearch collects the addresses of the wanted names.
type symbolSearch struct {
	wanted    map[string]bool
	longest   int // of them, in bytes
	addresses map[string]uint64
	ambiguous map[string]bool

	threadBytes uint64 // of the variables of a thread; 0 when nothing is known of them
}

func newSymbolSearch(names []string) *symbolSearch {
	s := &symbolSearch{
		wanted:    make(map[string]bool),
		addresses: make(map[string]uint64),
		ambiguous: make(map[string]bool),
	}
	for _, name := range names {
		if len(name) <= maxSymbolName {
			s.wanted[name] = true
			s.longest = max(s.longest, len(name))
		}
	}
	return s
}

// read reads a symbol table piece by piece, but the strings as a whole.
func (s *symbolSearch) read(e *elfFile, table symbolTable) error {
	if table.strings.typ != elf.SHT_STRTAB {
		return malformed("section %d is no string table", table.symbols.link)
	}
	strings, err := e.bytesAt(table.strings.off, table.strings.size)
	if err != nil {
		return err
	}
	const symbolsPerPiece = 4096
	entry := uint64(e.symbolSize()) // #nosec G115 -- 16 or 24
	for off, left := table.symbols.off, table.symbols.size/entry*entry; left > 0; {
		size := min(left, symbolsPerPiece*entry)
		piece, err := e.bytesAt(off, size)
		if err != nil {
			return err
		}
		for ; len(piece) > 0; piece = piece[entry:] {
			s.add(e.symbol(piece), strings)
		}
		off += size
		left -= size
	}
	return nil
}

func (s *symbolSearch) add(sym symbol, strings []byte) {
	if !s.hasAddress(sym) || uint64(sym.name) >= uint64(len(strings)) {
		return
	}
	name := strings[sym.name:]
	name = name[:min(len(name), s.longest+1)]
	if end := bytes.IndexByte(name, 0); end >= 0 && s.wanted[string(name[:end])] {
		s.addAddress(string(name[:end]), s.address(sym))
	}
}

func (s *symbolSearch) addAddress(name string, address uint64) {
	if other, ok := s.addresses[name]; ok && other != address {
		s.ambiguous[name] = true
	}
	s.addresses[name] = address
}

// hasAddress reports whether a symbol is defined in the memory of the file, unlike imports and
// constants, or in that of each thread.
func (s *symbolSearch) hasAddress(sym symbol) bool {
	switch sym.typ {
	case elf.STT_SECTION, elf.STT_FILE:
		return false
	case elf.STT_TLS:
		return sym.section != elf.SHN_UNDEF && s.threadBytes > 0
	}
	return sym.section != elf.SHN_UNDEF && sym.section != elf.SHN_ABS
}

// address returns the address of a symbol that has one. On x86-64 the variables of a thread end at
// the thread pointer (variant II of "ELF Handling For Thread-Local Storage" by Ulrich Drepper).
func (s *symbolSearch) address(sym symbol) uint64 {
	if sym.typ != elf.STT_TLS {
		return sym.value
	}
	return sym.value - s.threadBytes
}

// threadBytes returns the size of the variables of a thread of an x86-64 program, as the segment
// PT_TLS has it, aligned.
func (e *elfFile) threadBytes() uint64 {
	if e.machine != elf.EM_X86_64 || !e.wide {
		return 0
	}
	const memorySize, align = 40, 48 // offsets in Elf64_Phdr
	for table := e.segmentTable; len(table) > 0; table = table[e.segmentSize():] {
		if e.segment(table).typ != elf.PT_TLS {
			continue
		}
		size := e.order.Uint64(table[memorySize:])
		unit := max(e.order.Uint64(table[align:]), 1)
		return (size + unit - 1) / unit * unit
	}
	return 0
}
