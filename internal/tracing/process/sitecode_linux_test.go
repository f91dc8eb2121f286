package process

import (
	"bytes"
	"slices"
	"testing"

	"github.com/go-usdt/usdt/internal/block"
	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// TestBehind: the no-op behind a plain one is found, and whether the file has slots of package
// static, in which the engine may choose it.
func TestBehind(t *testing.T) {
	const machine = elf.EM_X86_64
	size := block.SlotSize(machine)
	nop, nop10 := probesite.Nop.Code(machine), probesite.Nop10.Code(machine)
	slots := make([]byte, 3*size)
	copy(slots, block.Magic)
	copy(slots[size:], slices.Concat(nop, nop10)) // a slot
	copy(slots[2*size:], slices.Concat(nop, nop)) // a plain site
	without := bytes.Clone(slots)
	clear(without[:size])
	for _, test := range []struct {
		name string
		file []byte
		want bool
	}{{"with block", slots, true}, {"without block", without, false}} {
		notes := []sdtnote.Note{
			{Machine: machine, FileOffset: size}, {Machine: machine, FileOffset: 2 * size},
		}
		s, err := readSiteCodes(bytes.NewReader(test.file), notes)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.behind) != 1 || s.behind[size] != probesite.Nop10 || len(s.slots) == 1 != test.want {
			t.Errorf("%s: %+v", test.name, s)
		}
		if got := s.code(0, notes[0]); !bytes.Equal(got, []byte{nop[0], nop10[0]}) {
			t.Errorf("%s: tracers change % x of the slot", test.name, got)
		}
		if got := s.code(1, notes[1]); !bytes.Equal(got, nop) {
			t.Errorf("%s: tracers change % x of the plain site", test.name, got)
		}
	}
}

// TestBlockFinder: a site of any form is in its slot, on machines that have slots.
func TestBlockFinder(t *testing.T) {
	const begin = 2 * block.Align
	file := make([]byte, begin+64)
	copy(file[begin:], block.Magic)
	has := func(machine elf.Machine, site uint64) bool {
		return (&blockFinder{ReaderAt: bytes.NewReader(file)}).has(machine, site)
	}
	for _, machine := range []elf.Machine{elf.EM_X86_64, elf.EM_AARCH64} {
		for _, form := range []probesite.Form{probesite.Nop, probesite.Nop5, probesite.Nop10} {
			site, ok := block.Site(machine, form)
			if ok && !has(machine, begin+block.SlotSize(machine)+site) {
				t.Errorf("%v: the slot of a %v is not found", machine, form)
			}
		}
		if has(machine, begin-1) {
			t.Errorf("%v: what is before the block is in it", machine)
		}
	}
	if has(elf.EM_386, begin) {
		t.Error("a machine without slots has one")
	}
}
