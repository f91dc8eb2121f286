package sdtnote_test

import (
	"bytes"
	debugelf "debug/elf"
	"encoding/binary"
	"errors"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/elffile"
)

var validNote = elffile.Note64(elffile.TextAddr, elffile.BaseAddr, elffile.DataAddr,
	"p\x00n\x00args\x00")

func TestReadMalformedNote(t *testing.T) {
	le := binary.LittleEndian
	claiming := func(offset int, size uint32) []byte {
		b := bytes.Clone(validNote)
		le.PutUint32(b[offset:], size)
		return b
	}
	tests := []struct {
		name string
		note []byte
		want string
	}{
		{"header cut", validNote[:8], "8 bytes are left for the header, want 12"},
		{"name cut", validNote[:16], "name of 8 bytes, 4 are left"},
		{"name size overflows", claiming(0, math.MaxUint32), "name of 4294967295 bytes"},
		{"descriptor cut", validNote[:40], "descriptor of 33 bytes, 20 are left"},
		{"descriptor size overflows", claiming(4, math.MaxUint32), "descriptor of 4294967295 bytes"},
		{"no room for addresses", elffile.Note(le, "stapsdt\x00", 3, make([]byte, 23)),
			"its addresses take 24"},
		{"only addresses", elffile.Note64(elffile.TextAddr, 0, 0, ""), "no NUL after the provider"},
		{"provider without NUL", elffile.Note64(elffile.TextAddr, 0, 0, "p"),
			"no NUL after the provider"},
		{"no name", elffile.Note64(elffile.TextAddr, 0, 0, "p\x00"), "no NUL after the probe name"},
		{"name without NUL", elffile.Note64(elffile.TextAddr, 0, 0, "p\x00n"),
			"no NUL after the probe name"},
		{"no arguments", elffile.Note64(elffile.TextAddr, 0, 0, "p\x00n\x00"),
			"no NUL after the arguments"},
		{"arguments without NUL", elffile.Note64(elffile.TextAddr, 0, 0, "p\x00n\x008@%rdi"),
			"no NUL after the arguments"},
		{"empty provider", elffile.Note64(elffile.TextAddr, 0, 0, "\x00n\x00\x00"), "empty provider"},
		{"empty name", elffile.Note64(elffile.TextAddr, 0, 0, "p\x00\x00\x00"), "empty probe name"},
		{"a fourth string", elffile.Note64(elffile.TextAddr, 0, 0, "p\x00n\x00\x00x\x00"),
			"2 bytes after the arguments"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for at, prefix := range []string{
				"read stapsdt notes: note 0: ", "read stapsdt notes: note 1: ",
			} {
				notes := append([][]byte{validNote}[:at:at], tt.note)
				checkError(t, elffile.New64(notes...).Bytes(t), sdtnote.ErrFormat, prefix, tt.want)
			}
		})
	}
}

// deadNotes are notes of probes whose site is not in the file.
var deadNotes = map[string]struct {
	note  []byte
	error string // when the file has no other probes; none for tombstones
}{
	"before the segment": {elffile.Note64(elffile.TextAddr-1, 0, 0, "p\x00n\x00\x00"),
		"site at 0x400fff is in no executable segment"},
	"after the segment": {elffile.Note64(elffile.TextAddr+elffile.SegmentSize, 0, 0,
		"p\x00n\x00\x00"), "site at 0x402000 is in no executable segment"},
	"in data": {elffile.Note64(elffile.DataAddr, 0, 0, "p\x00n\x00\x00"),
		"site at 0x502000 is in no executable segment"},
	"moved away": {elffile.Note64(elffile.TextAddr, 1, 0, "p\x00n\x00\x00"),
		"site at 0x802fff is in no executable segment"},
	"tombstone 0":  {elffile.Note64(0, elffile.BaseAddr, 0, "p\x00n\x00\x00"), ""},
	"tombstone -1": {elffile.Note64(math.MaxUint64, elffile.BaseAddr, 0, "p\x00n\x00\x00"), ""},
}

// The note of a function that the link editor discarded does not hide the other notes.
func TestReadDeadNotes(t *testing.T) {
	alive := sdtnote.Note{
		Provider: "p", Name: "n", Machine: elf.EM_X86_64, Args: "args",
		Location: elffile.TextAddr, Base: elffile.BaseAddr, Semaphore: elffile.DataAddr,
		Address: elffile.TextAddr, FileOffset: elffile.TextOff, SemaphoreOffset: elffile.DataOff,
	}
	for name, dead := range deadNotes {
		t.Run(name, func(t *testing.T) {
			checkRead(t, elffile.New64(dead.note, validNote, dead.note), []sdtnote.Note{alive})
			alone := elffile.New64(dead.note)
			if dead.error == "" {
				checkRead(t, alone, nil)
				return
			}
			checkError(t, alone.Bytes(t), sdtnote.ErrFormat, "read stapsdt notes: ", dead.error)
		})
	}
}

// The ELF header is not a site, even where it is executable.
func TestReadTombstoneInSegment(t *testing.T) {
	for _, class := range []debugelf.Class{debugelf.ELFCLASS32, debugelf.ELFCLASS64} {
		note := elffile.NoteOf(t, class, debugelf.ELFDATA2LSB, 0, 0, 0, "p\x00n\x00\x00")
		f := elffile.New(class, debugelf.ELFDATA2LSB, note)
		f.Segments[1].Off, f.Segments[1].Vaddr = 0, 0
		checkRead(t, f, nil)
	}
}

// The kernel cannot count tracers in such a semaphore, and SemaphoreErr says so.
func TestReadSemaphoreOutside(t *testing.T) {
	for name, semaphore := range map[string]uint64{
		"text": elffile.TextAddr, "zeroed memory": elffile.DataAddr + elffile.SegmentSize,
	} {
		t.Run(name, func(t *testing.T) {
			file := elffile.New64(elffile.Note64(elffile.TextAddr, 0, semaphore, "p\x00n\x00\x00"),
				validNote).Bytes(t)
			notes, err := sdtnote.Read(bytes.NewReader(file))
			if err != nil || len(notes) != 2 {
				t.Fatalf("%d notes, %v, want 2", len(notes), err)
			}
			if n := notes[0]; n.SemaphoreErr() == nil || n.SemaphoreOffset != 0 || n.Semaphore != semaphore {
				t.Errorf("%+v, want an error about the semaphore", n)
			}
			if err := notes[1].SemaphoreErr(); err != nil {
				t.Errorf("of the other note: %v", err)
			}
		})
	}
}

func TestReadMalformedFile(t *testing.T) {
	le := binary.LittleEndian
	const shoff, shentsize, shnum, shstrndx = 40, 58, 60, 62 // in Elf64_Ehdr
	valid := elffile.New64(validNote).Bytes(t)
	patched := func(change func(b []byte)) []byte {
		b := bytes.Clone(valid)
		change(b)
		return b
	}
	put16 := func(offset int, v uint16) []byte {
		return patched(func(b []byte) { le.PutUint16(b[offset:], v) })
	}
	put64 := func(offset int, v uint64) []byte {
		return patched(func(b []byte) { le.PutUint64(b[offset:], v) })
	}
	edited := func(change func(f *elffile.File)) []byte {
		return edit(elffile.New64(validNote), change).Bytes(t)
	}
	// sectionField returns the offset of a member of the header of section i.
	sectionField := func(i, member int) int { return int(le.Uint64(valid[shoff:])) + 64*i + member }

	tests := []struct {
		name string
		file []byte
		is   error
		want string
	}{
		{"empty", nil, sdtnote.ErrNotELF, "no ELF magic number"},
		{"short", valid[:debugelf.EI_NIDENT-1], sdtnote.ErrNotELF, "no ELF magic number"},
		{"magic", patched(func(b []byte) { b[0] = 0 }), sdtnote.ErrNotELF, "no ELF magic number"},
		{"class", patched(func(b []byte) { b[debugelf.EI_CLASS] = 3 }), sdtnote.ErrFormat, "class"},
		{"byte order", patched(func(b []byte) { b[debugelf.EI_DATA] = 0 }), sdtnote.ErrFormat,
			"byte order 0"},
		{"header cut", valid[:63], sdtnote.ErrFormat, "the file ends before offset 0x40"},
		{"relocatable", edited(func(f *elffile.File) { f.Type = debugelf.ET_REL }), errors.ErrUnsupported,
			"ET_REL has no segments"},
		{"core", edited(func(f *elffile.File) { f.Type = debugelf.ET_CORE }), errors.ErrUnsupported,
			"ET_CORE has no segments"},
		{"segment size", put16(54, 32), sdtnote.ErrFormat,
			"program headers: malformed ELF file: entry of 32 bytes, want 56"},
		{"too many segments", put16(56, math.MaxUint16), sdtnote.ErrFormat, "the kernel allows 65536"},
		{"segments beyond the end", put64(32, uint64(len(valid))), sdtnote.ErrFormat,
			"the file ends before"},
		{"segment wraps", edited(func(f *elffile.File) {
			f.Segments[1].Off, f.Segments[1].Filesz = math.MaxUint64, 2
		}), sdtnote.ErrFormat, "segment of 0x2 bytes at offset 0xffffffffffffffff"},
		{"section header size", put16(shentsize, 40), sdtnote.ErrFormat,
			"section headers: malformed ELF file: entry of 40 bytes, want 64"},
		{"extended count", put16(shnum, 0), errors.ErrUnsupported, "extended section numbering"},
		{"extended names index", put16(shstrndx, 0xffff), errors.ErrUnsupported,
			"extended section numbering"},
		{"names index", put16(shstrndx, 4), sdtnote.ErrFormat, "names are in section 4 of 4"},
		{"names are no strings", put16(shstrndx, 1), sdtnote.ErrFormat, "section 1 is no string table"},
		{"section headers beyond the end", put16(shnum, 5), sdtnote.ErrFormat, "the file ends before"},
		{"section headers overflow", put64(shoff, math.MaxInt64), sdtnote.ErrFormat,
			"256 bytes at offset 0x7fffffffffffffff"},
		{"name outside the table", put16(sectionField(2, 0), 0xffff), sdtnote.ErrFormat,
			"section 2: malformed ELF file: name at 65535"},
		{"names wrap", put64(sectionField(3, 24), math.MaxUint64), sdtnote.ErrFormat,
			"section 3 is no string table"},
		{"names far away", put64(sectionField(3, 24), 1<<63), sdtnote.ErrFormat,
			"section 1: malformed ELF file: offset 0x8000000000000001"},
		{"names beyond the end", put64(sectionField(3, 24), 1<<62), sdtnote.ErrFormat,
			"section 1: malformed ELF file: the file ends before"},
		{"no segments", edited(func(f *elffile.File) { f.Segments = nil }), sdtnote.ErrFormat,
			"is in no executable segment"},
		{"notes overflow", put64(sectionField(2, 24), math.MaxInt64), sdtnote.ErrFormat,
			"section .note.stapsdt: "},
		{"notes far away", put64(sectionField(2, 24), math.MaxUint64), sdtnote.ErrFormat,
			"section .note.stapsdt: "},
		{"notes beyond the end", put64(sectionField(2, 32), 4<<20), sdtnote.ErrFormat,
			"the file ends before"},
		{"notes too large", put64(sectionField(2, 32), 4<<20+1), sdtnote.ErrFormat,
			"too many probes: 4194304 bytes of notes at most"},
		{"notes too large together", edited(func(f *elffile.File) {
			f.Sections[1].Size = 3 << 20
			f.Sections = append(f.Sections, f.Sections[1])
		}), sdtnote.ErrFormat, "too many probes: 4194304 bytes of notes at most"},
		{"compressed notes", edited(func(f *elffile.File) {
			f.Sections[1].Flags = debugelf.SHF_COMPRESSED
		}), errors.ErrUnsupported, "compressed notes"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkError(t, tt.file, tt.is, "read stapsdt notes: ", tt.want)
		})
	}
}

// Reading as many notes as a file may have allocates 49 MiB in all, most of it to grow the slice.
func TestReadLargest(t *testing.T) {
	shortest := elffile.Note64(elffile.TextAddr, 0, 0, "p\x00n\x00\x00")
	count := 4 << 20 / len(shortest)
	file := elffile.New64(bytes.Repeat(shortest, count)).Bytes(t)

	var notes []sdtnote.Note
	var err error
	size := allocated(func() { notes, err = sdtnote.Read(bytes.NewReader(file)) })
	if err != nil || len(notes) != count {
		t.Errorf("got %d notes, %v, want %d", len(notes), err, count)
	}
	if size > maxAllocated {
		t.Errorf("allocated %d bytes, want at most %d", size, maxAllocated)
	}
}

// Every prefix of a valid file gives the notes of the whole file, or an error.
func TestReadTruncated(t *testing.T) {
	valid := elffile.New64(validNote).Bytes(t)
	for n := range valid {
		if _, err := sdtnote.Read(bytes.NewReader(valid[:n])); !errors.Is(err, sdtnote.ErrFormat) {
			t.Errorf("first %d of %d bytes: got %v, want %v", n, len(valid), err, sdtnote.ErrFormat)
		}
	}
}

// checkError also checks that the read allocates little memory: these files are small.
func checkError(t *testing.T, file []byte, is error, prefix, want string) {
	t.Helper()
	var notes []sdtnote.Note
	var err error
	size := allocated(func() { notes, err = sdtnote.Read(bytes.NewReader(file)) })
	if notes != nil || !errors.Is(err, is) {
		t.Fatalf("got %v, %v, want nil and an error that matches %v", notes, err, is)
	}
	if msg := err.Error(); !strings.HasPrefix(msg, prefix) || !strings.Contains(msg, want) {
		t.Errorf("got %q, want it to begin with %q and to contain %q", msg, prefix, want)
	}
	if size > 64<<10 {
		t.Errorf("allocated %d bytes", size)
	}
}

// maxAllocated is the number of bytes that reading any file may allocate, besides its table of
// section headers.
const maxAllocated = 64 << 20

// allocated returns the number of bytes that f, and whatever runs at the same time, allocated.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
