package sdtnote_test

import (
	"bytes"
	debugelf "debug/elf"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/elffile"
)

func TestRead(t *testing.T) {
	start := elffile.Note64(elffile.TextAddr+0x10, elffile.BaseAddr, 0,
		"shop\x00order_start\x008@%rdi -4@%rsi\x00")
	stop := elffile.Note64(elffile.TextAddr+0x20, elffile.BaseAddr, elffile.DataAddr+2,
		"shop\x00order_stop\x00\x00")
	startNote := sdtnote.Note{
		Provider: "shop", Name: "order_start", Machine: elf.EM_X86_64, Args: "8@%rdi -4@%rsi",
		Location: elffile.TextAddr + 0x10, Base: elffile.BaseAddr,
		Address: elffile.TextAddr + 0x10, FileOffset: elffile.TextOff + 0x10,
	}
	stopNote := sdtnote.Note{
		Provider: "shop", Name: "order_stop", Machine: elf.EM_X86_64,
		Location: elffile.TextAddr + 0x20, Base: elffile.BaseAddr, Semaphore: elffile.DataAddr + 2,
		Address: elffile.TextAddr + 0x20, FileOffset: elffile.TextOff + 0x20,
		SemaphoreOffset: elffile.DataOff + 2,
	}
	foreign := elffile.Note(binary.LittleEndian, "GNU\x00", 3, []byte("build-id"))
	otherVersion := elffile.Note(binary.LittleEndian, "stapsdt\x00", 2, []byte("old"))
	counted := elffile.Note64(elffile.TextAddr+0x10, elffile.BaseAddr, 0,
		"shop\x00order_start\x008@%rdi -4@%rsi\x00\x00\x00\x00")

	tests := []struct {
		name string
		file *elffile.File
		want []sdtnote.Note
	}{
		{"one", elffile.New64(start), []sdtnote.Note{startNote}},
		{"in file order", elffile.New64(stop, start), []sdtnote.Note{stopNote, startNote}},
		{"no notes", elffile.New64(), nil},
		{"others skipped", elffile.New64(foreign, start, otherVersion, stop),
			[]sdtnote.Note{startNote, stopNote}},
		{"last padding missing", elffile.New64(start, stop[:len(stop)-3]),
			[]sdtnote.Note{startNote, stopNote}},
		{"padding counted", elffile.New64(counted), []sdtnote.Note{startNote}},
		{"two sections", edit(elffile.New64(start), func(f *elffile.File) {
			f.Sections = append(f.Sections, elffile.NoteSection(stop))
		}), []sdtnote.Note{startNote, stopNote}},
		{"section of another type", edit(elffile.New64(start), func(f *elffile.File) {
			f.Sections[1].Type = debugelf.SHT_PROGBITS
		}), nil},
		{"longer section name", edit(elffile.New64(start),
			func(f *elffile.File) { f.Sections[1].Name += ".x" }), nil},
		{"no sections", edit(elffile.New64(), func(f *elffile.File) { f.Sections = nil }), nil},
		{"shared object", edit(elffile.New64(start), func(f *elffile.File) { f.Type = debugelf.ET_DYN }),
			[]sdtnote.Note{startNote}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkRead(t, tt.file, tt.want) })
	}
}

func TestReadStripped(t *testing.T) {
	for name, offset := range map[string]int{"headers": 40, "names": 62} {
		note := elffile.Note64(elffile.TextAddr, elffile.BaseAddr, 0, "a\x00b\x00\x00")
		b := elffile.New64(note).Bytes(t)
		b[offset], b[offset+1] = 0, 0
		if got, err := sdtnote.Read(bytes.NewReader(b)); got != nil || err != nil {
			t.Errorf("without section %s: got %v, %v, want nil, nil", name, got, err)
		}
	}
}

// A string table that ends within a name does not hold that name.
func TestReadNameCut(t *testing.T) {
	f := elffile.New64(elffile.Note64(elffile.TextAddr, elffile.BaseAddr, 0, "p\x00n\x00\x00"))
	f.Sections = f.Sections[1:]
	b := f.Bytes(t)
	names := b[len(b)-64:] // the last section header
	binary.LittleEndian.PutUint64(names[32:], uint64(len("\x00.note.stapsdt")))
	if got, err := sdtnote.Read(bytes.NewReader(b)); got != nil || err != nil {
		t.Errorf("got %v, %v, want nil, nil", got, err)
	}
}

func TestReadClassAndOrder(t *testing.T) {
	for class, machine := range map[debugelf.Class]elf.Machine{
		debugelf.ELFCLASS32: elf.EM_386, debugelf.ELFCLASS64: elf.EM_X86_64,
	} {
		for _, data := range []debugelf.Data{debugelf.ELFDATA2LSB, debugelf.ELFDATA2MSB} {
			t.Run(class.String()+"_"+data.String(), func(t *testing.T) {
				n := elffile.NoteOf(t, class, data, elffile.TextAddr, elffile.BaseAddr, elffile.DataAddr,
					"p\x00n\x004@%eax\x00")
				checkRead(t, elffile.New(class, data, n), []sdtnote.Note{{
					Provider: "p", Name: "n", Machine: machine, Args: "4@%eax",
					Location: elffile.TextAddr, Base: elffile.BaseAddr, Semaphore: elffile.DataAddr,
					Address: elffile.TextAddr, FileOffset: elffile.TextOff, SemaphoreOffset: elffile.DataOff,
				}})
			})
		}
	}
}

// This is what prelink does: segments and sections move, but the notes keep the old addresses.
func TestReadPrelinked(t *testing.T) {
	const down = 0x1000 // the notes are higher than the file
	want := sdtnote.Note{
		Provider: "p", Name: "n", Machine: elf.EM_X86_64,
		Location: elffile.TextAddr + down, Base: elffile.BaseAddr + down,
		Semaphore: elffile.DataAddr + down,
		Address:   elffile.TextAddr, FileOffset: elffile.TextOff, SemaphoreOffset: elffile.DataOff,
	}
	note := elffile.Note64(want.Location, want.Base, want.Semaphore, "p\x00n\x00\x00")
	checkRead(t, elffile.New64(note), []sdtnote.Note{want})

	t.Run("32-bit addresses wrap", func(t *testing.T) {
		n := elffile.NoteOf(t, debugelf.ELFCLASS32, debugelf.ELFDATA2LSB, 0xfffff100, 0x100, 0,
			"p\x00n\x00\x00")
		checkRead(t, elffile.New(debugelf.ELFCLASS32, debugelf.ELFDATA2LSB, n), []sdtnote.Note{{
			Provider: "p", Name: "n", Machine: elf.EM_386, Location: 0xfffff100, Base: 0x100,
			Address: elffile.TextAddr, FileOffset: elffile.TextOff,
		}})
	})

	// If either address is missing, nothing tells how far the file moved.
	unmoved := sdtnote.Note{
		Provider: "p", Name: "n", Machine: elf.EM_X86_64,
		Location: elffile.TextAddr, Address: elffile.TextAddr, FileOffset: elffile.TextOff,
	}
	t.Run("note without base", func(t *testing.T) {
		checkRead(t, elffile.New64(elffile.Note64(elffile.TextAddr, 0, 0, "p\x00n\x00\x00")),
			[]sdtnote.Note{unmoved})
	})
	t.Run("file without base", func(t *testing.T) {
		f := elffile.New64(elffile.Note64(elffile.TextAddr, elffile.BaseAddr+down, 0, "p\x00n\x00\x00"))
		f.Sections = f.Sections[1:]
		unmoved.Base = elffile.BaseAddr + down
		checkRead(t, f, []sdtnote.Note{unmoved})
	})
}

func TestReadReaderError(t *testing.T) {
	dir, err := os.Open(t.TempDir()) // reading a directory fails with EISDIR
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()

	_, err = sdtnote.Read(dir)
	var pathError *fs.PathError
	if !errors.As(err, &pathError) || errors.Is(err, sdtnote.ErrFormat) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := sdtnote.ReadFile(filepath.Join(dir, "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent file: got %v, want %v", err, fs.ErrNotExist)
	}

	path := filepath.Join(dir, "text")
	if err := os.WriteFile(path, []byte("#!/bin/sh\necho not an ELF file\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := sdtnote.ReadFile(path)
	if !errors.Is(err, sdtnote.ErrNotELF) || !errors.Is(err, sdtnote.ErrFormat) ||
		!strings.Contains(err.Error(), path) {
		t.Errorf("text file: got %v, want %v and the path", err, sdtnote.ErrNotELF)
	}
}

func checkRead(t *testing.T, f *elffile.File, want []sdtnote.Note) {
	t.Helper()
	got, err := sdtnote.Read(bytes.NewReader(f.Bytes(t)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notes differ (-want +got):\n%s", diff)
	}
}

func edit(f *elffile.File, change func(*elffile.File)) *elffile.File {
	change(f)
	return f
}
