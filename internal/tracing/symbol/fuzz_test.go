package symbol_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/tracing/symbol"
)

// Where the parts of smallProgram are, in the file and in memory.
const (
	textAt, tableAt, dataAt, programSize = 0x100, 0x200, 0x500, 0x800

	// Offsets from the table.
	namesAt, unitsAt, filesAt, valuesAt, functionsAt, inlinedAt = 0x60, 0xa0, 0xb0, 0xc0, 0xe0, 0x1a0
)

// smallProgram returns a program with one function, main.f of f.go, into which main.g has been
// inlined at its bytes 8 to 15.
func smallProgram() []byte {
	b := make([]byte, programSize)
	le := binary.LittleEndian
	copy(b, elf.ELFMAG)
	b[elf.EI_CLASS], b[elf.EI_DATA] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB)
	le.PutUint64(b[32:], 64) // one segment, no sections
	le.PutUint16(b[56:], 1)
	le.PutUint32(b[64:], uint32(elf.PT_LOAD))
	le.PutUint32(b[68:], uint32(elf.PF_X|elf.PF_W))
	le.PutUint64(b[64+32:], programSize) // offset and address are 0

	t := b[tableAt:]
	le.PutUint32(t, 0xfffffff1)
	t[6], t[7] = 1, 8
	for i, word := range []uint64{1, 1, textAt, namesAt, unitsAt, filesAt, valuesAt, functionsAt} {
		le.PutUint64(t[8+8*i:], word)
	}
	copy(t[namesAt:], "main.f\x00main.g\x00")
	copy(t[filesAt:], "f.go\x00")
	const file, line, inlining = 1, 4, 9
	copy(t[valuesAt+file:], []byte{2, 32})                // 0
	copy(t[valuesAt+line:], []byte{22, 8, 20, 8, 19, 16}) // 10, 20, 10
	copy(t[valuesAt+inlining+2:], []byte{0, 8, 2, 8})     // -1, 0

	f := t[functionsAt:]
	le.PutUint32(f[4:], 16) // the description, from here on
	le.PutUint32(f[8:], 32) // the end of the text
	d := f[16:]
	le.PutUint32(d[20:], file)
	le.PutUint32(d[24:], line)
	le.PutUint32(d[28:], 3)
	d[43] = 4
	le.PutUint32(d[44+8:], inlining+2)
	for i := range 4 {
		le.PutUint32(d[44+12+4*i:], ^uint32(0))
	}
	le.PutUint32(d[44+12+12:], 0)
	le.PutUint32(t[inlinedAt+4:], 7) // main.g
	le.PutUint32(t[inlinedAt+8:], 4) // called at byte 4

	m := b[dataAt:]
	le.PutUint64(m, tableAt)
	le.PutUint64(m[8:], tableAt+namesAt)
	le.PutUint64(m[8*22:], textAt)
	le.PutUint64(m[8*40:], tableAt+inlinedAt)
	return b
}

func TestSmallProgram(t *testing.T) {
	f := symbol.New(bytes.NewReader(smallProgram()))
	for offset, want := range map[uint64][]symbol.Frame{
		0: {{Function: "main.f", File: "f.go", Line: 10}},
		9: {
			{Function: "main.g", Offset: 9, File: "f.go", Line: 20, Inlined: true},
			{Function: "main.f", Offset: 9, File: "f.go", Line: 10},
		},
		31: {{Function: "main.f", Offset: 31, File: "f.go", Line: 10}},
		32: nil,
	} {
		got := f.Frames(textAt+offset, false)
		if len(got) != len(want) {
			t.Errorf("offset %d: got %+v, want %+v", offset, got, want)
			continue
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("offset %d: got %+v, want %+v", offset, got, want)
			}
		}
	}
}

// FuzzFrames holds any file to bounds: of the memory that it takes, and of what comes of it.
func FuzzFrames(f *testing.F) {
	f.Add(smallProgram(), uint64(textAt+9))
	f.Fuzz(func(t *testing.T, file []byte, offset uint64) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		opened := symbol.New(bytes.NewReader(file))
		frames := opened.Frames(offset, true)
		frames = append(frames, opened.Frames(offset, false)...)
		runtime.ReadMemStats(&after)
		// A block of 64 KiB for the whole file, names and frames.
		if most := uint64(4<<20 + 64*len(file)); after.TotalAlloc-before.TotalAlloc > most {
			t.Errorf("a file of %d bytes took %d bytes", len(file), after.TotalAlloc-before.TotalAlloc)
		}
		if len(frames) > 2*65 {
			t.Errorf("%d frames", len(frames))
		}
		for _, frame := range frames {
			if len(frame.Function) > 1<<12+8 || len(frame.File) > 1<<12 || frame.Line < 0 {
				t.Errorf("frame %.200v", frame)
			}
		}
	})
}
