package sdtnote_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

func TestRead(t *testing.T) {
	start := note64(textAddr+0x10, baseAddr, 0, "shop\x00order_start\x008@%rdi -4@%rsi\x00")
	stop := note64(textAddr+0x20, baseAddr, dataAddr+2, "shop\x00order_stop\x00\x00")
	startNote := sdtnote.Note{
		Provider: "shop", Name: "order_start", Machine: elf.EM_X86_64, Args: "8@%rdi -4@%rsi",
		Location: textAddr + 0x10, Base: baseAddr,
		Address: textAddr + 0x10, FileOffset: textOff + 0x10,
	}
	stopNote := sdtnote.Note{
		Provider: "shop", Name: "order_stop", Machine: elf.EM_X86_64,
		Location: textAddr + 0x20, Base: baseAddr, Semaphore: dataAddr + 2,
		Address: textAddr + 0x20, FileOffset: textOff + 0x20, SemaphoreOffset: dataOff + 2,
	}
	foreign := note(binary.LittleEndian, "GNU\x00", 3, []byte("build-id"))
	otherVersion := note(binary.LittleEndian, "stapsdt\x00", 2, []byte("old"))
	counted := note64(textAddr+0x10, baseAddr, 0, "shop\x00order_start\x008@%rdi -4@%rsi\x00\x00\x00\x00")

	tests := []struct {
		name string
		file *testFile
		want []sdtnote.Note
	}{
		{"one", new64(start), []sdtnote.Note{startNote}},
		{"in file order", new64(stop, start), []sdtnote.Note{stopNote, startNote}},
		{"no notes", new64(), nil},
		{"others skipped", new64(foreign, start, otherVersion, stop), []sdtnote.Note{startNote, stopNote}},
		{"last padding missing", new64(start, stop[:len(stop)-3]), []sdtnote.Note{startNote, stopNote}},
		{"padding counted", new64(counted), []sdtnote.Note{startNote}},
		{"two sections", edit(new64(start), func(f *testFile) {
			f.sections = append(f.sections, noteSection(stop))
		}), []sdtnote.Note{startNote, stopNote}},
		{"section of another type", edit(new64(start), func(f *testFile) {
			f.sections[1].Type = elf.SHT_PROGBITS
		}), nil},
		{"longer section name", edit(new64(start), func(f *testFile) { f.sections[1].name += ".x" }), nil},
		{"no sections", edit(new64(), func(f *testFile) { f.sections = nil }), nil},
		{"shared object", edit(new64(start), func(f *testFile) { f.typ = elf.ET_DYN }), []sdtnote.Note{startNote}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { checkRead(t, tt.file, tt.want) })
	}
}

func TestReadStripped(t *testing.T) {
	for name, offset := range map[string]int{"headers": 40, "names": 62} {
		b := new64(note64(textAddr, baseAddr, 0, "a\x00b\x00\x00")).bytes(t)
		b[offset], b[offset+1] = 0, 0
		if got, err := sdtnote.Read(bytes.NewReader(b)); got != nil || err != nil {
			t.Errorf("without section %s: got %v, %v, want nil, nil", name, got, err)
		}
	}
}

// A string table that ends within a name does not hold that name.
func TestReadNameCut(t *testing.T) {
	f := new64(note64(textAddr, baseAddr, 0, "p\x00n\x00\x00"))
	f.sections = f.sections[1:]
	b := f.bytes(t)
	names := b[len(b)-64:] // the last section header
	binary.LittleEndian.PutUint64(names[32:], uint64(len("\x00.note.stapsdt")))
	if got, err := sdtnote.Read(bytes.NewReader(b)); got != nil || err != nil {
		t.Errorf("got %v, %v, want nil, nil", got, err)
	}
}

func TestReadClassAndOrder(t *testing.T) {
	for class, machine := range map[elf.Class]elf.Machine{elf.ELFCLASS32: elf.EM_386, elf.ELFCLASS64: elf.EM_X86_64} {
		for _, data := range []elf.Data{elf.ELFDATA2LSB, elf.ELFDATA2MSB} {
			t.Run(class.String()+"_"+data.String(), func(t *testing.T) {
				n := noteOf(t, class, data, textAddr, baseAddr, dataAddr, "p\x00n\x004@%eax\x00")
				checkRead(t, newFile(class, data, n), []sdtnote.Note{{
					Provider: "p", Name: "n", Machine: machine, Args: "4@%eax",
					Location: textAddr, Base: baseAddr, Semaphore: dataAddr,
					Address: textAddr, FileOffset: textOff, SemaphoreOffset: dataOff,
				}})
			})
		}
	}
}

// What prelink does: segments and sections move, the notes still tell the addresses from before.
func TestReadPrelinked(t *testing.T) {
	const down = 0x1000 // the notes are higher than the file
	want := sdtnote.Note{
		Provider: "p", Name: "n", Machine: elf.EM_X86_64,
		Location: textAddr + down, Base: baseAddr + down, Semaphore: dataAddr + down,
		Address: textAddr, FileOffset: textOff, SemaphoreOffset: dataOff,
	}
	checkRead(t, new64(note64(want.Location, want.Base, want.Semaphore, "p\x00n\x00\x00")), []sdtnote.Note{want})

	t.Run("32-bit addresses wrap", func(t *testing.T) {
		n := noteOf(t, elf.ELFCLASS32, elf.ELFDATA2LSB, 0xfffff100, 0x100, 0, "p\x00n\x00\x00")
		checkRead(t, newFile(elf.ELFCLASS32, elf.ELFDATA2LSB, n), []sdtnote.Note{{
			Provider: "p", Name: "n", Machine: elf.EM_386, Location: 0xfffff100, Base: 0x100,
			Address: textAddr, FileOffset: textOff,
		}})
	})

	// Without either address nothing tells how far the file moved.
	unmoved := sdtnote.Note{
		Provider: "p", Name: "n", Machine: elf.EM_X86_64,
		Location: textAddr, Address: textAddr, FileOffset: textOff,
	}
	t.Run("note without base", func(t *testing.T) {
		checkRead(t, new64(note64(textAddr, 0, 0, "p\x00n\x00\x00")), []sdtnote.Note{unmoved})
	})
	t.Run("file without base", func(t *testing.T) {
		f := new64(note64(textAddr, baseAddr+down, 0, "p\x00n\x00\x00"))
		f.sections = f.sections[1:]
		unmoved.Base = baseAddr + down
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
	if !errors.Is(err, sdtnote.ErrNotELF) || !errors.Is(err, sdtnote.ErrFormat) || !strings.Contains(err.Error(), path) {
		t.Errorf("text file: got %v, want %v and the path", err, sdtnote.ErrNotELF)
	}
}

func checkRead(t *testing.T, f *testFile, want []sdtnote.Note) {
	t.Helper()
	got, err := sdtnote.Read(bytes.NewReader(f.bytes(t)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notes differ (-want +got):\n%s", diff)
	}
}

func edit(f *testFile, change func(*testFile)) *testFile {
	change(f)
	return f
}
