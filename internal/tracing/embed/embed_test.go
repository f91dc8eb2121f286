package embed_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/btf"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/embed"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// signatures is a section .BTF with a signature for each probe, each argument of which is an int64.
func signatures(probes ...embed.Probe) []byte {
	b := btf.New([]btf.Type{{Name: "int64", Kind: btf.Int, Size: 8, Encoding: btf.Signed}}, btf.Room{})
	for _, p := range probes {
		types, names := []btf.ID{1, 1, 1, 1, 1, 1}, strings.Split("abcdef", "")
		f := b.AddFunc(p.Name, types[:len(p.Sizes)], names)
		b.AddTag("provider:"+p.Provider, f)
	}
	return b.Bytes()
}

func probe(name string, sizes ...int) embed.Probe {
	return embed.Probe{Provider: "shop", Name: name, Sizes: sizes}
}

func declared(library string, probes ...embed.Probe) embed.Library {
	return embed.Library{Library: library, Probes: probes, BTF: signatures(probes...)}
}

func listOf(libraries ...embed.Library) embed.List {
	return embed.List{Version: 1, Libraries: libraries}
}

// embedded embeds, checks what holds for every result, and returns it.
func embedded(t *testing.T, content []byte, l embed.List, form probesite.Form) embed.Result {
	t.Helper()
	r := mustEmbed(t, content, l, form)
	checkLoaded(t, content, r.Content)
	again := mustEmbed(t, r.Content, l, form)
	if !bytes.Equal(r.Content, again.Content) {
		t.Error("a second embed changes the file")
	}
	return r
}

func mustEmbed(t *testing.T, content []byte, l embed.List, form probesite.Form) embed.Result {
	t.Helper()
	p, err := embed.Open(content)
	if err != nil {
		t.Fatal(err)
	}
	r, err := p.Embed(l, form)
	if err != nil {
		t.Fatal(err)
	}
	if differences, err := p.Compare(r, true); err != nil {
		t.Error(differences, err)
	}
	return r
}

// checkLoaded checks that what is loaded has not changed, but for what the header says of sections.
func checkLoaded(t *testing.T, before, after []byte) {
	t.Helper()
	f, err := elf.NewFile(bytes.NewReader(before))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const sectionTable, sectionNumbers, headerSize = 40, 60, 64
	before, after = bytes.Clone(before), bytes.Clone(after)
	for _, b := range [][]byte{before, after} {
		clear(b[sectionTable : sectionTable+8])
		clear(b[sectionNumbers:headerSize])
	}
	for i, s := range f.Progs {
		end := s.Off + s.Filesz
		if end > uint64(len(after)) || !bytes.Equal(before[s.Off:end], after[s.Off:end]) {
			t.Errorf("segment %d has changed", i)
		}
	}
}

// notes returns a line for each note.
func notes(t *testing.T, content []byte) (lines []string) {
	t.Helper()
	all, err := sdtnote.Read(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range all {
		lines = append(lines, fmt.Sprintf("%s:%s %s at %#x", n.Provider, n.Name, n.Args, n.FileOffset))
	}
	return lines
}

func wantNotes(t *testing.T, content []byte, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, notes(t, content)); diff != "" {
		t.Errorf("notes (-want +got)\n%s", diff)
	}
}

// Probes are in the order of their names, equal ones share a slot, and the first slot is the magic.
func TestEmbed(t *testing.T) {
	l := listOf(declared(library, probe("b", 8, -4), probe("a"), probe("b", 8), probe("a")))
	for form, want := range map[probesite.Form]int{
		probesite.Nop: 0, probesite.Nop5: 22, probesite.Nop10: 1,
	} {
		r := embedded(t, newFake(library).bytes(), l, form)
		at := func(slot int) int { return fakeBlocks + 32*slot + want }
		wantNotes(t, r.Content,
			fmt.Sprintf("shop:a  at %#x", at(1)),
			fmt.Sprintf("shop:b 8@%%rdi at %#x", at(2)),
			fmt.Sprintf("shop:b 8@%%rdi -4@%%rsi at %#x", at(3)))
		if code := r.Content[at(2):]; !bytes.HasPrefix(code, form.Code(62)) {
			t.Errorf("no %v is at the site: % x", form, code[:10])
		}
		if len(r.Probes) != 3 || r.Left != nil {
			t.Errorf("placed %v, left %v", r.Probes, r.Left)
		}
	}
}

func TestEmbedARM64(t *testing.T) {
	f := newFake(library)
	f.machine = elf.EM_AARCH64
	l := listOf(declared(library, probe("a", -1, 8)))
	r := embedded(t, f.bytes(), l, probesite.Nop)
	wantNotes(t, r.Content, fmt.Sprintf("shop:a -1@x0 8@x1 at %#x", fakeBlocks+16+4))
	p, err := embed.Open(f.bytes())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Embed(l, probesite.Nop5); err == nil || !strings.Contains(err.Error(), "use nop") {
		t.Errorf("error %v", err)
	}
}

// Another list replaces the first, in the same sections.
func TestEmbedReplaces(t *testing.T) {
	old := listOf(declared(library, probe("a"), probe("b", 8)))
	first := embedded(t, newFake(library).bytes(), old, probesite.Nop)
	l := listOf(declared(library, probe("c", 8)))
	second := embedded(t, first.Content, l, probesite.Nop)
	if fresh := embedded(t, newFake(library).bytes(), l, probesite.Nop); !bytes.Equal(fresh.Content,
		second.Content) {
		t.Error("an earlier embed leaves traces")
	}
	p, err := embed.Open(first.Content)
	if err != nil {
		t.Fatal(err)
	}
	differences, err := p.Compare(second, true)
	want := []string{"- shop:a() ", "- shop:b(a int64) 8@%rdi", "+ shop:c(a int64) 8@%rdi"}
	if diff := cmp.Diff(want, differences); diff != "" || err != nil {
		t.Errorf("error %v, (-want +got)\n%s", err, diff)
	}
}

// Each copy of the library has its own slots, and the signatures of all are in one section.
func TestEmbedCopies(t *testing.T) {
	const other = "example.com/vendored"
	l := listOf(declared(other, probe("a", 8)), declared(library, probe("b", 8, 8)))
	r := embedded(t, newFake(library, other).bytes(), l, probesite.Nop)
	wantNotes(t, r.Content,
		fmt.Sprintf("shop:b 8@%%rdi 8@%%rsi at %#x", fakeBlocks+32),
		fmt.Sprintf("shop:a 8@%%rdi at %#x", fakeBlocks+fakeBlockStep+32))
	all, err := signature.ReadFile(bytes.NewReader(r.Content))
	if err != nil {
		t.Fatal(err)
	}
	known := signature.NewSet(all)
	for name, want := range map[string]string{"a": "a int64", "b": "a int64, b int64"} {
		if s := known.Find("shop", name); s == nil || s.String() != want {
			t.Errorf("the signature of %s is %v", name, s)
		}
	}
}

func TestEmbedTooMany(t *testing.T) {
	var probes []embed.Probe
	for i := range 600 {
		probes = append(probes, probe(fmt.Sprintf("p%03d", i), 8))
	}
	r := embedded(t, newFake(library).bytes(), listOf(declared(library, probes...)), probesite.Nop)
	if len(r.Probes) != 367 || len(r.Left) != 233 || r.Left[0].Name != "p367" {
		t.Errorf("%d probes have slots, left is %v", len(r.Probes), r.Left)
	}
	last := notes(t, r.Content)[366]
	if want := fmt.Sprintf("shop:p366 8@%%rdi at %#x", fakeBlocks+367*32); last != want {
		t.Errorf("the last note is %s, want %s", last, want)
	}
}

// note is one that a compiler of C made, with a base.
func note(site uint64) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, 8), 31), 3)
	b = append(b, "stapsdt\x00"...)
	b = le.AppendUint64(le.AppendUint64(le.AppendUint64(b, site), fakeAddress+fakeText), 0)
	return append(b, "c\x00end\x00\x00\x00"...)
}

// Probes of C stay, and so does the base of their notes.
func TestEmbedForeign(t *testing.T) {
	const base = fakeAddress + fakeText + 8
	f := newFake(library)
	f.sections = []fakeSection{
		{name: ".note.stapsdt", Section64: elf.Section64{Type: 7, Addralign: 4},
			data: note(fakeAddress + fakeText + 16)},
		{name: ".stapsdt.base", Section64: elf.Section64{Type: 1, Flags: 2, Addr: base}, data: []byte{0}},
		{name: ".comment", Section64: elf.Section64{Type: 1}, data: []byte("stays")},
	}
	r := embedded(t, f.bytes(), listOf(declared(library, probe("a", 8))), probesite.Nop)
	wantNotes(t, r.Content,
		fmt.Sprintf("c:end  at %#x", fakeText+16+8), // moved by prelink, by 8 bytes
		fmt.Sprintf("shop:a 8@%%rdi at %#x", fakeBlocks+32))

	f.sections = slices.Delete(f.sections, 1, 2)
	r = embedded(t, f.bytes(), listOf(declared(library, probe("a", 8))), probesite.Nop)
	wantNotes(t, r.Content,
		fmt.Sprintf("c:end  at %#x", fakeText+16), fmt.Sprintf("shop:a 8@%%rdi at %#x", fakeBlocks+32))
	if r.Clashes != nil {
		t.Errorf("clashes are %v", r.Clashes)
	}

	end := embed.Probe{Provider: "c", Name: "end", Sizes: []int{8}}
	r = embedded(t, f.bytes(), listOf(declared(library, probe("a", 8), end)), probesite.Nop)
	if diff := cmp.Diff([]embed.Probe{end}, r.Clashes); diff != "" {
		t.Errorf("clashes (-want +got)\n%s", diff)
	}
}

// A slot with the notes of two probes is a difference: a tracer at one would get the hits of both.
func TestCompareShared(t *testing.T) {
	r := embedded(t, newFake(library).bytes(),
		listOf(declared(library, probe("a", 8), probe("b", 8))), probesite.Nop)
	site := func(slot int) []byte {
		return binary.LittleEndian.AppendUint64(nil, uint64(fakeAddress+fakeBlocks+32*slot))
	}
	if bytes.Count(r.Content, site(2)) != 1 {
		t.Fatal("the site of b is not found")
	}
	p, err := embed.Open(bytes.Replace(r.Content, site(2), site(1), 1))
	if err != nil {
		t.Fatal(err)
	}
	differences, err := p.Compare(r, true)
	want := []string{"- shop:b(a int64) 8@%rdi in the slot of shop:a 8@%rdi",
		"+ shop:b(a int64) 8@%rdi"}
	slices.Sort(want)
	slices.Sort(differences)
	if diff := cmp.Diff(want, differences); diff != "" || err != nil {
		t.Errorf("error %v, (-want +got)\n%s", err, diff)
	}
}
