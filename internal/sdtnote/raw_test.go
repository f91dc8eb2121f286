package sdtnote_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/elffile"
)

// TestReadRaw: the fields of a note are its bytes, one after the other, and say what Read says, in
// both classes and byte orders.
func TestReadRaw(t *testing.T) {
	for _, class := range []elf.Class{elf.ELFCLASS32, elf.ELFCLASS64} {
		for _, data := range []elf.Data{elf.ELFDATA2LSB, elf.ELFDATA2MSB} {
			want := elffile.NoteOf(t, class, data, elffile.TextAddr+4, elffile.BaseAddr,
				elffile.DataAddr, "shop\x00tick\x008@%rdi\x00")
			other := elffile.NoteOf(t, class, data, elffile.TextAddr, elffile.BaseAddr, 0,
				"shop\x00tick\x00\x00")
			file := elffile.New(class, data, other, want).Bytes(t)
			notes, err := sdtnote.Read(bytes.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := sdtnote.ReadRaw(bytes.NewReader(file), notes[1])
			if err != nil {
				t.Fatal(err)
			}
			if got := joined(raw); !bytes.Equal(got, want) {
				t.Errorf("%v, %v: got\n%x, want\n%x", class, data, got, want)
			}
			if !bytes.HasPrefix(file[raw.Offset:], want) {
				t.Errorf("%v, %v: the note is not at %#x", class, data, raw.Offset)
			}
			checkFields(t, raw, notes[1])
		}
	}
}

func joined(raw sdtnote.RawNote) (all []byte) {
	for _, f := range raw.Fields {
		all = append(all, f.Bytes...)
	}
	return all
}

func checkFields(t *testing.T, raw sdtnote.RawNote, n sdtnote.Note) {
	t.Helper()
	got := make(map[string]any)
	for _, f := range raw.Fields {
		got[f.Name] = f.Number
		if f.IsText {
			got[f.Name] = string(f.Bytes)
		}
	}
	delete(got, "padding")
	addresses := 3 * len(raw.Fields[4].Bytes)
	want := map[string]any{
		"name size": uint64(8), "type": uint64(3), "name": "stapsdt\x00",
		"descriptor size": uint64(addresses + len(n.Provider) + len(n.Name) + len(n.Args) + 3),
		"location":        n.Location, "base": n.Base, "semaphore": n.Semaphore,
		"provider": n.Provider + "\x00", "probe": n.Name + "\x00", "arguments": n.Args + "\x00",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadRawGone(t *testing.T) {
	file := elffile.New64(validNote).Bytes(t)
	_, err := sdtnote.ReadRaw(bytes.NewReader(file), sdtnote.Note{Provider: "other"})
	if !errors.Is(err, sdtnote.ErrGone) {
		t.Error(err)
	}
}

// FuzzReadRaw: each note that Read finds is found again, and its fields are bytes of the file.
func FuzzReadRaw(f *testing.F) {
	f.Add(elffile.New64(validNote, elffile.Note(binary.LittleEndian, "GNU\x00", 3, []byte("id")),
		validNote).Bytes(f))
	f.Add(elffile.New(elf.ELFCLASS32, elf.ELFDATA2MSB, elffile.NoteOf(f, elf.ELFCLASS32,
		elf.ELFDATA2MSB, elffile.TextAddr, elffile.BaseAddr, 0, "p\x00n\x00args\x00")).Bytes(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		notes, err := sdtnote.Read(bytes.NewReader(file))
		if err != nil {
			return
		}
		for _, n := range notes[:min(len(notes), 16)] {
			raw, err := sdtnote.ReadRaw(bytes.NewReader(file), n)
			if err != nil {
				t.Fatalf("%+v: %v", n, err)
			}
			if !bytes.HasPrefix(file[raw.Offset:], joined(raw)) {
				t.Errorf("%x is not at %#x", joined(raw), raw.Offset)
			}
		}
	})
}
