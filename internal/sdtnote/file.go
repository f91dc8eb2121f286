package sdtnote

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/go-usdt/usdt/internal/elf"
)

const (
	baseSection = ".stapsdt.base"

	// maxNoteBytes bounds the sum of the sizes of all note sections of a file, because many headers
	// may claim the same bytes.
	maxNoteBytes = 4 << 20

	// maxSegmentTable is the kernel's own limit (load_elf_phdrs in fs/binfmt_elf.c). It also bounds
	// the time to find the segment of each note.
	maxSegmentTable = 64 << 10
)

// An elfFile is the part of an ELF file's headers that concerns its probes.
type elfFile struct {
	r     io.ReaderAt
	order binary.ByteOrder
	wide  bool // ELFCLASS64: addresses, offsets and sizes take 8 bytes

	block   []byte // of the file, with a capacity of blockSize
	blockAt int64  // where in the file it starts

	machine elf.Machine

	segments     []segment // PT_LOAD only
	segmentTable []byte    // all of them, as the file has them
	noteSections []section
	base         uint64 // address of .stapsdt.base, 0 when there is none
	symbolTables []symbolTable
}

func openELF(r io.ReaderAt) (*elfFile, error) {
	e := &elfFile{r: r, block: newBlock()[:0]}
	if err := e.readIdent(); err != nil {
		return nil, err
	}
	h, err := e.readHeader()
	if err != nil {
		return nil, err
	}
	e.machine = h.machine
	if err := e.readSegments(h); err != nil {
		return nil, fmt.Errorf("program headers: %w", err)
	}
	if err := e.readSections(h); err != nil {
		return nil, fmt.Errorf("section headers: %w", err)
	}
	return e, nil
}

// readIdent reads the class and the byte order, without which nothing else can be decoded.
func (e *elfFile) readIdent() error {
	var ident [elf.EI_NIDENT]byte
	err := e.readAt(ident[:], 0)
	if err != nil && !errors.Is(err, ErrFormat) {
		return err
	}
	if err != nil || string(ident[:len(elf.ELFMAG)]) != elf.ELFMAG {
		return ErrNotELF
	}

	switch class := elf.Class(ident[elf.EI_CLASS]); class {
	case elf.ELFCLASS32:
	case elf.ELFCLASS64:
		e.wide = true
	default:
		return malformed("class %v", class)
	}

	switch data := elf.Data(ident[elf.EI_DATA]); data {
	case elf.ELFDATA2LSB:
		e.order = binary.LittleEndian
	case elf.ELFDATA2MSB:
		e.order = binary.BigEndian
	default:
		return malformed("byte order %v", data)
	}
	return nil
}

func (e *elfFile) readHeader() (header, error) {
	b := make([]byte, e.headerSize())
	if err := e.readAt(b, 0); err != nil {
		return header{}, err
	}
	h := e.header(b)
	if h.typ != elf.ET_EXEC && h.typ != elf.ET_DYN {
		return header{}, fmt.Errorf("%v has no segments to attach to, link it first: %w", h.typ,
			errors.ErrUnsupported)
	}
	return h, nil
}

func (e *elfFile) readSegments(h header) error {
	if h.phnum == 0 {
		return nil
	}
	size := e.segmentSize()
	if int(h.phentsize) != size {
		return malformed("entry of %d bytes, want %d", h.phentsize, size)
	}
	tableSize := size * int(h.phnum)
	if tableSize > maxSegmentTable {
		return malformed("%d bytes, the kernel allows %d", tableSize, maxSegmentTable)
	}
	table, err := e.bytesAt(h.phoff, uint64(tableSize)) // #nosec G115 -- at most maxSegmentTable
	if err != nil {
		return err
	}
	e.segmentTable = table
	for ; len(table) > 0; table = table[size:] {
		s := e.segment(table)
		if s.typ != elf.PT_LOAD {
			continue
		}
		if s.off+s.fileSize < s.off {
			return malformed("segment of %#x bytes at offset %#x", s.fileSize, s.off)
		}
		e.segments = append(e.segments, s)
	}
	return nil
}

// readSections finds the sections that matter. If a file was stripped of the section headers or
// their names, no tracer can find its notes.
func (e *elfFile) readSections(h header) error {
	if h.shoff == 0 {
		return nil
	}
	if h.shnum == 0 || h.shstrndx == uint16(elf.SHN_XINDEX) {
		return fmt.Errorf("extended section numbering: %w", errors.ErrUnsupported)
	}
	if h.shstrndx == uint16(elf.SHN_UNDEF) {
		return nil
	}
	size := e.sectionSize()
	if int(h.shentsize) != size {
		return malformed("entry of %d bytes, want %d", h.shentsize, size)
	}
	if h.shstrndx >= h.shnum {
		return malformed("names are in section %d of %d", h.shstrndx, h.shnum)
	}
	tableSize := uint64(size) * uint64(h.shnum) // #nosec G115 -- size is 40 or 64
	table, err := e.bytesAt(h.shoff, tableSize)
	if err != nil {
		return err
	}

	names := e.section(table[size*int(h.shstrndx):])
	if names.typ != elf.SHT_STRTAB || names.off+names.size < names.off {
		return malformed("section %d is no string table", h.shstrndx)
	}
	var total uint64
	for i := range int(h.shnum) {
		s := e.section(table[size*i:])
		if err := e.addSection(s, names, &total); err != nil {
			return fmt.Errorf("section %d: %w", i, err)
		}
		isSymbolTable := s.typ == elf.SHT_SYMTAB || s.typ == elf.SHT_DYNSYM
		if isSymbolTable && s.link < uint32(h.shnum) {
			strings := e.section(table[size*int(s.link):])
			e.symbolTables = append(e.symbolTables, symbolTable{s, strings})
		}
	}
	return nil
}

// addSection keeps s if it matters. total is the size of the note sections so far.
func (e *elfFile) addSection(s, names section, total *uint64) error {
	switch {
	case s.typ == elf.SHT_NOTE:
		ok, err := e.isNamed(s, names, noteSection)
		if err != nil || !ok {
			return err
		}
		if s.flags&elf.SHF_COMPRESSED != 0 {
			return fmt.Errorf("compressed notes: %w", errors.ErrUnsupported)
		}
		if s.size > maxNoteBytes-*total {
			return malformed("too many probes: %d bytes of notes at most", maxNoteBytes)
		}
		*total += s.size
		e.noteSections = append(e.noteSections, s)

	// Only its address matters, not its type: some tools change that to SHT_NOBITS.
	case s.flags&elf.SHF_ALLOC != 0 && e.base == 0:
		ok, err := e.isNamed(s, names, baseSection)
		if err != nil || !ok {
			return err
		}
		e.base = s.addr
	}
	return nil
}

// isNamed reports whether s has the name want in the string table names. It reads no more than the
// name.
func (e *elfFile) isNamed(s, names section, want string) (bool, error) {
	if s.name >= names.size {
		return false, malformed("name at %d of a string table of %d bytes", s.name, names.size)
	}
	b := make([]byte, len(want)+1)
	if names.size-s.name < uint64(len(b)) {
		return false, nil
	}
	if err := e.readAt(b, names.off+s.name); err != nil {
		return false, err
	}
	return string(b) == want+"\x00", nil
}

// moved returns the present address of the link-time address addr of a note with the given base. A
// note without a base cannot be moved.
func (e *elfFile) moved(addr, base uint64) uint64 {
	if e.base == 0 || base == 0 {
		return addr
	}
	addr += e.base - base
	if !e.wide {
		addr &= math.MaxUint32
	}
	return addr
}

// fileOffset returns the offset of addr in the file, if a segment with the permission flag is
// loaded from the file to addr.
func (e *elfFile) fileOffset(addr uint64, flag elf.ProgFlag) (uint64, bool) {
	for _, s := range e.segments {
		if s.flags&flag != 0 && addr >= s.addr && addr-s.addr < s.fileSize {
			return s.off + (addr - s.addr), true
		}
	}
	return 0, false
}

// bytesAt returns size bytes at offset off. It allocates only for bytes that the file has.
func (e *elfFile) bytesAt(off, size uint64) ([]byte, error) {
	if size == 0 {
		return nil, nil
	}
	if off > math.MaxInt64-size {
		return nil, malformed("%d bytes at offset %#x", size, off)
	}
	var last [1]byte
	if err := e.readAt(last[:], off+size-1); err != nil {
		return nil, err
	}
	b := make([]byte, size)
	return b, e.readAt(b, off)
}

// readAt fills b from offset off.
func (e *elfFile) readAt(b []byte, off uint64) error {
	if off > math.MaxInt64 {
		return malformed("offset %#x", off)
	}
	n, err := e.read(b, int64(off))
	switch {
	case n == len(b):
		return nil // also with io.EOF, which a ReaderAt may add
	case err == io.EOF:
		return malformed("the file ends before offset %#x", off+uint64(len(b)))
	default:
		return err
	}
}
