package sdtnote_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/elffile"
)

// FuzzRead holds Read to its promise for any bytes: no panic, bounded memory, and an error that
// tells a malformed file from a failing reader. Run it with
//
//	go test -fuzz=FuzzRead -fuzztime=60s ./internal/sdtnote
func FuzzRead(f *testing.F) {
	f.Add(elffile.New64(validNote, elffile.Note(binary.LittleEndian, "GNU\x00", 3, []byte("id")),
		validNote).Bytes(f))
	f.Add(elffile.New64().Bytes(f))
	twoSections := elffile.New64(validNote)
	twoSections.Sections = append(twoSections.Sections, elffile.NoteSection(validNote))
	f.Add(twoSections.Bytes(f))
	for _, class := range []elf.Class{elf.ELFCLASS32, elf.ELFCLASS64} {
		for _, data := range []elf.Data{elf.ELFDATA2LSB, elf.ELFDATA2MSB} {
			n := elffile.NoteOf(f, class, data, elffile.TextAddr, elffile.BaseAddr, elffile.DataAddr,
				"p\x00n\x00args\x00")
			f.Add(elffile.New(class, data, n).Bytes(f))
		}
	}

	f.Fuzz(func(t *testing.T, file []byte) {
		var notes []sdtnote.Note
		var err error
		size := allocated(func() { notes, err = sdtnote.Read(bytes.NewReader(file)) })

		if size > uint64(maxAllocated+len(file)) {
			t.Errorf("allocated %d bytes for a file of %d", size, len(file))
		}
		if err != nil {
			if notes != nil {
				t.Errorf("notes and the error %v", err)
			}
			checkErrorKind(t, err)
			return
		}
		for _, n := range notes {
			if n.Provider == "" || n.Name == "" || strings.Contains(n.Provider+n.Name+n.Args, "\x00") {
				t.Errorf("strings of %+v", n)
			}
			if n.Semaphore == 0 && n.SemaphoreOffset != 0 {
				t.Errorf("semaphore offset without semaphore in %+v", n)
			}
		}
	})
}
