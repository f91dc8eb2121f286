package signature

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/go-usdt/usdt/internal/elf"
)

// Sizes of the structures of a 64-bit file, in bytes, from the System V ABI. Only such files have
// signatures.
const (
	headerSize  = 64
	sectionSize = 64
)

// These bound what is read of a file, which can be that of a hostile process.
const (
	maxSections = 4096
	maxNames    = 64 << 10 // bytes of the names of all sections
	maxBTF      = 1 << 20  // bytes of the section: some 10000 probes
)

const btfSection = ".BTF"

// ReadFile returns the signatures that an ELF file has of its own probes, none when it has no
// section with types. Errors are those of r, and match [ErrFormat] when the file is malformed or
// larger than what is read of one.
func ReadFile(r io.ReaderAt) ([]Signature, error) {
	section, err := readSection(r)
	if err != nil || section == nil {
		return nil, err
	}
	return ReadBTF(section)
}

// readSection returns the bytes of the section with types, nil when there is none.
func readSection(r io.ReaderAt) ([]byte, error) {
	var header [headerSize]byte
	if err := readAt(r, header[:], 0); err != nil {
		return nil, err
	}
	if string(header[:len(elf.ELFMAG)]) != elf.ELFMAG ||
		elf.Class(header[elf.EI_CLASS]) != elf.ELFCLASS64 ||
		elf.Data(header[elf.EI_DATA]) != elf.ELFDATA2LSB {
		return nil, nil
	}
	le := binary.LittleEndian
	offset := le.Uint64(header[40:])
	entry, number, names := le.Uint16(header[58:]), le.Uint16(header[60:]), le.Uint16(header[62:])
	if offset == 0 || entry != sectionSize || number > maxSections || names >= number {
		return nil, nil
	}
	table := make([]byte, sectionSize*int(number))
	if err := readAt(r, table, offset); err != nil {
		return nil, err
	}
	strings, err := sectionAt(table, int(names)).read(r, maxNames)
	if err != nil {
		return nil, err
	}
	for i := range int(number) {
		s := sectionAt(table, i)
		if s.typ == elf.SHT_PROGBITS && hasString(strings, s.name, btfSection) {
			return s.read(r, maxBTF)
		}
	}
	return nil, nil
}

// A section is the part of Elf64_Shdr that matters here.
type section struct {
	name         uint32 // offset of its name
	typ          elf.SectionType
	offset, size uint64
}

func sectionAt(table []byte, i int) section {
	le, b := binary.LittleEndian, table[sectionSize*i:]
	return section{
		name: le.Uint32(b), typ: elf.SectionType(le.Uint32(b[4:])),
		offset: le.Uint64(b[24:]), size: le.Uint64(b[32:]),
	}
}

// read returns what is in the section, which must not be larger than limit.
func (s section) read(r io.ReaderAt, limit uint64) ([]byte, error) {
	if s.size > limit {
		return nil, fmt.Errorf("%w: a section of %d bytes, want at most %d", ErrTooLarge, s.size, limit)
	}
	b := make([]byte, s.size)
	return b, readAt(r, b, s.offset)
}

// readAt fills b from offset.
func readAt(r io.ReaderAt, b []byte, offset uint64) error {
	const maxOffset = 1<<63 - 1
	if offset > maxOffset {
		return malformed("offset %#x", offset)
	}
	n, err := r.ReadAt(b, int64(offset))
	switch {
	case n == len(b):
		return nil // also with io.EOF, which a ReaderAt may add
	case errors.Is(err, io.EOF):
		return malformed("the file ends before offset %#x", offset+uint64(len(b)))
	}
	return err
}

// hasString reports whether the string at offset of a string table is want.
func hasString(table []byte, offset uint32, want string) bool {
	if uint64(offset) > uint64(len(table)) {
		return false
	}
	rest := table[offset:]
	return len(rest) > len(want) && string(rest[:len(want)]) == want && rest[len(want)] == 0
}

// ErrFormat matches the errors about malformed signatures, and those about more of them than are
// read, which match ErrTooLarge, too.
var (
	ErrFormat   = errors.New("malformed types")
	ErrTooLarge = fmt.Errorf("%w: too many", ErrFormat)
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrFormat, fmt.Sprintf(format, args...))
}
