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
