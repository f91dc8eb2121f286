package elfimage_test

import (
	"bytes"
	debugelf "debug/elf"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
)

// machines lists the supported machines with every form of site that they have.
var machines = []struct {
	name  string
	elf   elf.Machine
	sites [][]byte
}{
	{"x86_64", elf.EM_X86_64, sites(elf.EM_X86_64)},
	{"aarch64", elf.EM_AARCH64, sites(elf.EM_AARCH64)},
}

func sites(machine elf.Machine) (all [][]byte) {
	for f := probesite.Nop; f <= probesite.Nop10; f++ {
		if code := f.Code(machine); code != nil {
			all = append(all, code)
		}
	}
	return all
}

// landings has the no-op before a site, returns the return instruction that follows the site, and
// traps the byte that fills the rest of the slot.
var (
	landings = map[elf.Machine][]byte{
		elf.EM_X86_64:  {0x90},
		elf.EM_AARCH64: {0x1f, 0x20, 0x03, 0xd5},
	}
	returns = map[elf.Machine][]byte{
		elf.EM_X86_64:  {0xc3},
		elf.EM_AARCH64: {0xc0, 0x03, 0x5f, 0xd6},
	}
	traps = map[elf.Machine]byte{
		elf.EM_X86_64:  0xcc,
		elf.EM_AARCH64: 0x00,
	}
)

// eachSpec runs test for specs of every machine, every form of site, and 0, 1 and many probes.
func eachSpec(t *testing.T, test func(*testing.T, elfimage.Spec)) {
	for _, m := range machines {
		for _, site := range m.sites {
			for _, n := range []int{0, 1, 3, 300} {
				t.Run(fmt.Sprintf("%s/site %x/%d probes", m.name, site, n), func(t *testing.T) {
					spec := elfimage.Spec{Machine: m.elf, Provider: "shop", Site: site}
					if n != 1 { // with and without types
						spec.BTF = []byte("any bytes")
					}
					for i := range n {
						spec.Probes = append(spec.Probes, elfimage.Probe{
							Name: fmt.Sprintf("order_%d", i),
							Args: []int{8, -8, 4, -2, 1, -1}[:i%7],
						})
					}
					test(t, spec)
				})
			}
		}
	}
}

func TestImage(t *testing.T) { eachSpec(t, checkImage) }

// checkImage builds spec and checks everything in the image that tracers, the kernel and the
// dynamic linker need.
func checkImage(t *testing.T, spec elfimage.Spec) {
	t.Helper()
	image := build(t, spec)
	f, err := debugelf.NewFile(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	if f.Class != debugelf.ELFCLASS64 || f.Data != debugelf.ELFDATA2LSB || f.Type != debugelf.ET_DYN ||
		elf.Machine(f.Machine) != spec.Machine {
		t.Errorf("header %+v", f.FileHeader)
	}
	checkSections(t, f, spec)
	checkSegments(t, f)
	checkSymbols(t, f, spec)
	checkNotes(t, f, image, spec)
	checkBuildID(t, f, image)
}

func build(t *testing.T, spec elfimage.Spec) []byte {
	t.Helper()
	image, err := elfimage.Build(spec)
	if err != nil {
		t.Fatal(err)
	}
	if len(image) != cap(image) {
		t.Errorf("%d bytes were laid out, %d written", cap(image), len(image))
	}
	return image
}

// checkSections looks for sections that overlap, and for addresses that are not offsets.
func checkSections(t *testing.T, f *debugelf.File, spec elfimage.Spec) {
	t.Helper()
	var names []string
	var end uint64
	for _, s := range f.Sections[1:] {
		names = append(names, s.Name)
		if s.Offset < end || s.Offset%s.Addralign != 0 {
			t.Errorf("%s at %#x, the section before ends at %#x", s.Name, s.Offset, end)
		}
		end = s.Offset + s.Size
		addr := s.Offset
		if s.Flags&debugelf.SHF_ALLOC == 0 {
			addr = 0
		}
		if s.Addr != addr {
			t.Errorf("%s has address %#x and offset %#x", s.Name, s.Addr, s.Offset)
		}
	}
	want := []string{".note.gnu.build-id", ".hash", ".dynsym", ".dynstr", ".stapsdt.base", ".text",
		".dynamic", ".note.stapsdt", ".shstrtab"}
	if len(spec.BTF) > 0 {
		want = append(want, ".BTF")
		if got := sectionData(t, f, ".BTF"); !bytes.Equal(got, spec.BTF) {
			t.Errorf(".BTF is %q, want %q", got, spec.BTF)
		}
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("sections (-want +got):\n%s", diff)
	}
	if s := f.Section(".note.stapsdt"); s.Flags != 0 {
		t.Errorf("perf needs .note.stapsdt without flags, it has %v", s.Flags)
	}
}

// checkSegments checks that the mapped part of the image is executable, and nothing is writable.
func checkSegments(t *testing.T, f *debugelf.File) {
	t.Helper()
	page := uint64(4 << 10)
	if f.Machine == debugelf.EM_AARCH64 {
		page = 64 << 10
	}
	text, dynamic, id := f.Section(".text"), f.Section(".dynamic"), f.Section(".note.gnu.build-id")
	want := []debugelf.ProgHeader{
		{Type: debugelf.PT_LOAD, Flags: debugelf.PF_R | debugelf.PF_X,
			Filesz: dynamic.Offset + dynamic.Size, Align: page},
		{Type: debugelf.PT_DYNAMIC, Flags: debugelf.PF_R, Off: dynamic.Offset,
			Filesz: dynamic.Size, Align: 8},
		{Type: debugelf.PT_NOTE, Flags: debugelf.PF_R, Off: id.Offset, Filesz: id.Size, Align: 4},
		{Type: debugelf.PT_GNU_STACK, Flags: debugelf.PF_R | debugelf.PF_W, Align: 16},
	}
	var got []debugelf.ProgHeader
	for i, p := range f.Progs {
		if i < len(want) {
			want[i].Vaddr, want[i].Paddr, want[i].Memsz = want[i].Off, want[i].Off, want[i].Filesz
		}
		got = append(got, p.ProgHeader)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("segments (-want +got):\n%s", diff)
	}
	if text.Offset%page != 0 {
		t.Errorf(".text at %#x shares a page of %#x bytes with what precedes it", text.Offset, page)
	}
	if dynamic.Flags&debugelf.SHF_WRITE != 0 {
		t.Errorf(".dynamic is writable, but not its segment")
	}
}

func checkNotes(t *testing.T, f *debugelf.File, image []byte, spec elfimage.Spec) {
	t.Helper()
	got, err := sdtnote.Read(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	var want []sdtnote.Note
	for i, p := range spec.Probes {
		start := f.Section(".text").Addr + uint64(i)*elfimage.SlotSize
		site := start + lead(spec) + uint64(len(landings[spec.Machine]))
		want = append(want, sdtnote.Note{
			Provider: spec.Provider, Name: p.Name, Machine: spec.Machine,
			Args:     operands(spec.Machine, p.Args),
			Location: site, Address: site, FileOffset: site,
			Base: f.Section(".stapsdt.base").Addr,
		})
		if got, want := image[start:start+elfimage.SlotSize], slot(spec); !bytes.Equal(got, want) {
			t.Fatalf("slot of %s: % x, want % x", p.Name, got, want)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
}

// lead returns where in a slot the landing is.
func lead(spec elfimage.Spec) uint64 {
	longest := slices.MaxFunc(sites(spec.Machine), byLength)
	return uint64(len(longest) - len(spec.Site))
}

func slot(spec elfimage.Spec) []byte {
	b := bytes.Repeat([]byte{traps[spec.Machine]}, int(lead(spec)))
	b = slices.Concat(b, landings[spec.Machine], spec.Site, returns[spec.Machine])
	for len(b) < elfimage.SlotSize {
		b = append(b, traps[spec.Machine])
	}
	return b
}

func operands(machine elf.Machine, sizes []int) string {
	format := map[elf.Machine]string{
		elf.EM_X86_64:  "%d@%%rdi %d@%%rsi %d@%%rdx %d@%%rcx %d@%%r8 %d@%%r9",
		elf.EM_AARCH64: "%d@x0 %d@x1 %d@x2 %d@x3 %d@x4 %d@x5",
	}[machine]
	var words []byte
	for i, word := range bytes.Fields([]byte(format))[:len(sizes)] {
		if i > 0 {
			words = append(words, ' ')
		}
		words = fmt.Appendf(words, string(word), sizes[i])
	}
	return string(words)
}

// checkBuildID reads the note as perf does and compares it with another implementation of the
// digest.
func checkBuildID(t *testing.T, f *debugelf.File, image []byte) {
	t.Helper()
	s := f.Section(".note.gnu.build-id")
	note := image[s.Offset : s.Offset+s.Size]
	header := binary.LittleEndian.AppendUint32(nil, 4)
	header = binary.LittleEndian.AppendUint32(header, 16)
	header = append(binary.LittleEndian.AppendUint32(header, 3), "GNU\x00"...)
	id, ok := bytes.CutPrefix(note, header)
	if !ok || len(id) != 16 {
		t.Fatalf("build ID note % x", note)
	}
	blank := bytes.Clone(image)
	clear(blank[s.Offset+16 : s.Offset+32])
	gap := f.Section(".stapsdt.base").Offset&^7 + 8
	blank = slices.Delete(blank, int(gap), int(f.Section(".text").Offset))
	if want := digest(blank); !bytes.Equal(id, want) {
		t.Errorf("build ID %x, want %x", id, want)
	}
}

// digest is what the build ID must be, computed with big numbers.
func digest(image []byte) []byte {
	var (
		prime, _ = new(big.Int).SetString("1000000000000000000013b", 16)
		state, _ = new(big.Int).SetString("6c62272e07bb014262b821756295c58d", 16)
		mask     = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(1))
		word     = new(big.Int)
	)
	for ; len(image) > 0; image = image[8:] {
		state.Xor(state, word.SetUint64(binary.LittleEndian.Uint64(image)))
		state.And(state.Mul(state, prime), mask)
	}
	return state.FillBytes(make([]byte, 16))
}

// TestBase: an image for one address differs from an image for any address only in its addresses.
func TestBase(t *testing.T) {
	const base = 0x7f00_0000_0000
	spec := elfimage.Spec{Machine: elf.EM_X86_64, Provider: "shop",
		Probes: []elfimage.Probe{{Name: "a"}, {Name: "b", Args: []int{8}}}, Site: []byte{0x90}}
	anywhere, err := elfimage.Build(spec)
	if err != nil {
		t.Fatal(err)
	}
	spec.Base = base
	there, err := elfimage.Build(spec)
	if err != nil {
		t.Fatal(err)
	}
	want, err := sdtnote.Read(bytes.NewReader(anywhere))
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		want[i].Location += base
		want[i].Base += base
		want[i].Address += base
	}
	got, err := sdtnote.Read(bytes.NewReader(there))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	f, err := debugelf.NewFile(bytes.NewReader(there))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range f.Sections {
		if s.Flags&debugelf.SHF_ALLOC != 0 && s.Addr != base+s.Offset {
			t.Errorf("section %s is at %#x, want %#x", s.Name, s.Addr, base+s.Offset)
		}
	}
}

// TestForGDB: an image for gdb has the addresses of the image that is mapped, but its notes and
// symbols have those of the landings. It is much smaller.
func TestForGDB(t *testing.T) {
	eachSpec(t, func(t *testing.T, spec elfimage.Spec) {
		mapped := parse(t, build(t, spec))
		spec.ForGDB = true
		image := build(t, spec)
		f := parse(t, image)
		for i, s := range f.Sections {
			want := mapped.Sections[i].SectionHeader
			if s.Name != want.Name || s.Addr != want.Addr || s.Size != want.Size {
				t.Errorf("section %+v, want %+v but for its offset", s.SectionHeader, want)
			}
		}
		checkSymbols(t, f, spec)
		want := sectionData(t, mapped, ".note.stapsdt")
		moveLocations(want, -len(elfimage.Landing(spec.Machine)))
		if diff := cmp.Diff(want, sectionData(t, f, ".note.stapsdt")); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
		if size, most := len(image), 1500+200*len(spec.Probes); size > most {
			t.Errorf("%d bytes, want at most %d", size, most)
		}
	})
}

func parse(t *testing.T, image []byte) *debugelf.File {
	t.Helper()
	f, err := debugelf.NewFile(bytes.NewReader(image))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func sectionData(t *testing.T, f *debugelf.File, name string) []byte {
	t.Helper()
	data, err := f.Section(name).Data()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// moveLocations adds to the location in each of the notes.
func moveLocations(notes []byte, by int) {
	const location = 12 + len("stapsdt\x00")
	for len(notes) > 0 {
		description := int(binary.LittleEndian.Uint32(notes[4:]))
		at := notes[location:]
		binary.LittleEndian.PutUint64(at, binary.LittleEndian.Uint64(at)+uint64(by))
		notes = notes[location+(description+3)&^3:]
	}
}

// TestTypesAreApart: with types, an image is the same image with another section behind the others:
// nothing else is moved, and only the ELF header, the names of the sections, their table and the
// build ID differ.
func TestTypesAreApart(t *testing.T) {
	eachSpec(t, func(t *testing.T, spec elfimage.Spec) {
		spec.BTF = nil
		plain := parse(t, build(t, spec))
		spec.BTF = []byte("types")
		described := parse(t, build(t, spec))
		last := len(plain.Sections)
		if len(described.Sections) != last+1 {
			t.Fatalf("%d sections and %d with types", last, len(described.Sections))
		}
		const buildID = 1 // behind the null section
		for i, want := range plain.Sections[:last-1] {
			header := described.Sections[i].SectionHeader
			if diff := cmp.Diff(want.SectionHeader, header); diff != "" {
				t.Errorf("%s:\n%s", want.Name, diff)
			}
			got := sectionData(t, described, want.Name)
			if i > buildID && !bytes.Equal(sectionData(t, plain, want.Name), got) {
				t.Errorf("%s has another content", want.Name)
			}
		}
		got := described.Sections[last]
		want := debugelf.SectionHeader{Name: ".BTF", Type: debugelf.SHT_PROGBITS, Offset: got.Offset,
			Size: 5, FileSize: 5, Addralign: 4}
		if diff := cmp.Diff(want, got.SectionHeader); diff != "" {
			t.Errorf(".BTF:\n%s", diff)
		}
		for _, p := range described.Progs {
			if p.Off+p.Filesz > got.Offset {
				t.Errorf("segment %+v reaches into .BTF at %#x", p.ProgHeader, got.Offset)
			}
		}
	})
}
