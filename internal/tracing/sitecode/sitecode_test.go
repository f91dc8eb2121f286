package sitecode_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/block"
	"github.com/go-usdt/usdt/internal/elf"
	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/sitecode"
)

// image returns the only slot of an image that the library writes.
func image(t *testing.T, machine elf.Machine, form probesite.Form) sitecode.Code {
	t.Helper()
	file, err := elfimage.Build(elfimage.Spec{
		Machine: machine, Provider: "shop", Probes: []elfimage.Probe{{Name: "tick"}},
		Site: form.Code(machine),
	})
	if err != nil {
		t.Fatal(err)
	}
	notes, err := sdtnote.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	site := notes[0].FileOffset
	start := site &^ (elfimage.SlotSize - 1)
	return sitecode.Code{
		Machine: machine, Kind: sitecode.Image, Bytes: file[start : start+elfimage.SlotSize],
		Site: int(site - start),
	}
}

// slot is that of a block on x86-64.
func slot(t *testing.T) sitecode.Code {
	t.Helper()
	code := bytes.Repeat([]byte{0xcc}, int(block.SlotSize(elf.EM_X86_64)))
	nop := probesite.Nop.Code(elf.EM_X86_64)
	copy(code, append(nop, append(probesite.Nop10.Code(elf.EM_X86_64), 0xc3)...))
	copy(code[21:], append(nop, append(probesite.Nop5.Code(elf.EM_X86_64), 0xc3)...))
	return sitecode.Code{Machine: elf.EM_X86_64, Kind: sitecode.Block, Bytes: code}
}

func rows(c sitecode.Code) (texts []string) {
	for _, r := range c.Rows(0x1000) {
		texts = append(texts, strings.Join(strings.Fields(
			fmt.Sprint(r.Offset, " ", len(r.Bytes), " ", r.Text, " / ", r.Part)), " "))
	}
	return texts
}

func TestRows(t *testing.T) {
	tests := []struct {
		code sitecode.Code
		want []string
	}{
		{image(t, elf.EM_X86_64, probesite.Nop5), []string{
			"0 5 int3 / filler", "5 1 nop / landing", "6 5 nopl (%rax,%rax) / site", "11 1 retq / return",
			"12 4 int3 / filler"}},
		{image(t, elf.EM_X86_64, probesite.Nop10), []string{
			"0 1 nop / landing", "1 10 nopw %cs:(%rax,%rax) / site", "11 1 retq / return",
			"12 4 int3 / filler"}},
		{image(t, elf.EM_AARCH64, probesite.Nop), []string{
			"0 4 nop / landing", "4 4 nop / site", "8 4 ret / return", "12 4 / filler"}},
		{slot(t), []string{
			"0 1 nop / site", "1 10 nopw %cs:(%rax,%rax) / other site", "11 1 retq / return",
			"12 9 int3 / filler", "21 1 nop / landing", "22 5 nopl (%rax,%rax) / other site",
			"27 1 retq / return", "28 4 int3 / filler"}},
		{sitecode.Code{Machine: elf.EM_386, Kind: sitecode.Plain,
			Bytes: []byte("\x90\xf3\x0f\x1e\xfb\x40\xc3\x0f")}, []string{
			"0 1 nop / site", "1 4 endbr32 /", "5 1 inc %eax /", "6 1 ret /", "7 1 /"}},
		{sitecode.Code{Machine: 243, Kind: sitecode.Plain, Bytes: []byte{1, 2}}, []string{
			"0 1 / site", "1 1 /"}},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, rows(test.code)); diff != "" {
			t.Errorf("%v %s (-want +got):\n%s", test.code.Machine, test.code.Kind, diff)
		}
	}
}

// TestChanges has the bytes that tracers and debuggers write.
func TestChanges(t *testing.T) {
	nop5, nop10 := image(t, elf.EM_X86_64, probesite.Nop5), image(t, elf.EM_X86_64, probesite.Nop10)
	arm := image(t, elf.EM_AARCH64, probesite.Nop)
	tests := []struct {
		name string
		code sitecode.Code
		at   int
		now  string // in hexadecimal
		want []string
	}{
		{"nothing", nop5, 6, "0f1f440000", nil},
		{"uprobe", nop5, 6, "cc", []string{"site breakpoint: cc int3, 1f440000 "}},
		{"call", nop5, 6, "e8f5efffff", []string{"site call: e8f5efffff callq 0x1000"}},
		{"gdb", nop5, 5, "cc", []string{"landing debugger: cc int3"}},
		{"gdb and call", nop5, 5, "cce8f5efffff", []string{"landing debugger: cc int3",
			"site call: e8f5efffff callq 0x1000"}},
		{"call of nop10", nop10, 1, "488d642480e8f5efffff",
			[]string{"site call: 488d642480 lea -0x80(%rsp),%rsp, e8f5efffff callq 0x1000"}},
		{"rest of nop10", nop10, 1, "662e0f1f84e8f5efffff",
			[]string{"site rest: 662e0f1f84e8f5efffff nopw %cs:0xffffeff5(%rax,%rbp,8)"}},
		{"anything", nop5, 11, "90", []string{"return unknown: 90 nop"}},
		{"uprobe on arm64", arm, 4, "a00020d4", []string{"site breakpoint: a00020d4 brk #0x5"}},
		{"gdb on arm64", arm, 0, "000020d4", []string{"landing debugger: 000020d4 brk #0x0"}},
		{"anything on arm64", arm, 4, "c0035fd6", []string{"site unknown: c0035fd6 ret"}},
		{"other site", slot(t), 1, "cc", []string{"other site breakpoint: cc int3, 2e0f1f840000000000 "}},
	}
	for _, test := range tests {
		memory := bytes.Clone(test.code.Bytes)
		now, err := hex.DecodeString(test.now)
		if err != nil {
			t.Fatal(err)
		}
		copy(memory[test.at:], now)
		var got []string
		for _, c := range test.code.Changes(memory, 0x2000) {
			var texts []string
			for _, in := range c.Now {
				texts = append(texts, fmt.Sprintf("%x %s", in.Bytes, in.Text))
			}
			got = append(got, fmt.Sprintf("%s %s: %s", c.Row.Part, c.Meaning, strings.Join(texts, ", ")))
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// FuzzCode: any code is decoded to the last byte, and every change is one.
func FuzzCode(f *testing.F) {
	for _, machine := range []elf.Machine{elf.EM_X86_64, elf.EM_386, elf.EM_AARCH64, 40} {
		f.Add(uint16(machine), []byte("\x90\x0f\x1f\x44\x00\x00\xc3"), []byte("\x90\xcc"), 1, true)
	}
	f.Fuzz(func(t *testing.T, machine uint16, file, memory []byte, site int, isImage bool) {
		const most = 64
		if file = file[:min(len(file), most)]; site < 0 || site >= len(file) {
			return
		}
		c := sitecode.Code{Machine: elf.Machine(machine), Kind: sitecode.Plain, Bytes: file, Site: site}
		if isImage {
			c.Kind = sitecode.Image
		}
		var all []byte
		for _, r := range c.Rows(0x1000) {
			if r.Offset != len(all) {
				t.Errorf("a row at %d, want %d", r.Offset, len(all))
			}
			all = append(all, r.Bytes...)
		}
		if !bytes.Equal(all, file) {
			t.Errorf("rows have %x, want %x", all, file)
		}
		for _, change := range c.Changes(memory, 0x1000) {
			var now []byte
			for _, in := range change.Now {
				now = append(now, in.Bytes...)
			}
			if at := change.Row.Offset; !bytes.HasPrefix(memory[at:], now) ||
				bytes.Equal(now, change.Row.Bytes) || len(now) != len(change.Row.Bytes) {
				t.Errorf("a change to %x of %x", now, change.Row.Bytes)
			}
		}
	})
}
