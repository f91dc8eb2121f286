package embed_test

import (
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/block"
	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/tracing/embed"
)

// TestOpenRefuses has what is no program with slots, and what Open says of it.
func TestOpenRefuses(t *testing.T) {
	good := newFake(library)
	put16 := func(at int, v uint16) func([]byte) []byte {
		return func(b []byte) []byte { binary.LittleEndian.PutUint16(b[at:], v); return b }
	}
	put64 := func(at int, v uint64) func([]byte) []byte {
		return func(b []byte) []byte { binary.LittleEndian.PutUint64(b[at:], v); return b }
	}
	put8 := func(at int, v byte) func([]byte) []byte {
		return func(b []byte) []byte { b[at] = v; return b }
	}
	for name, test := range map[string]struct {
		change func([]byte) []byte
		want   string
	}{
		"text":        {func([]byte) []byte { return []byte("#!/bin/sh\n") }, "not an ELF file"},
		"empty":       {func([]byte) []byte { return nil }, "not an ELF file"},
		"short":       {func(b []byte) []byte { return b[:40] }, "not an ELF file"},
		"truncated":   {func(b []byte) []byte { return b[:len(b)-1] }, "it is truncated"},
		"half":        {func(b []byte) []byte { return b[:len(b)/2] }, "it is truncated"},
		"32 bits":     {put8(4, 1), "linux/amd64 and linux/arm64 only"},
		"big-endian":  {put8(5, 2), "linux/amd64 and linux/arm64 only"},
		"machine":     {put16(18, 243), "linux/amd64 and linux/arm64 only"},
		"object file": {put16(16, 1), "want a program that is linked"},
		"core":        {put16(16, 4), "want a program that is linked"},
		"library":     {put16(16, 3), "shared library or a plugin"},
		"no sections": {put16(58, 0), "no section headers"},
		"numbering":   {put16(60, 0), "0 section headers"},
		"names":       {put16(62, 9), "the names of which are in section 9"},
		"names of names": {func(b []byte) []byte {
			table, last := binary.LittleEndian.Uint64(b[40:]), uint64(binary.LittleEndian.Uint16(b[62:]))
			b[table+64*last+4] = 1
			return b
		}, "which is no string table"},
		"section table":  {put64(40, 1<<63), "section headers: the file ends"},
		"program table":  {put64(32, 1<<40), "program headers: the file ends"},
		"segment":        {put64(64+32, 1<<62), "segment 0: the file ends"},
		"no block":       {put8(fakeBlocks, 0), `import _ "github.com/go-usdt/usdt/stapsdt/static"`},
		"half a block":   {put8(fakeBlocks+32*300, 0), "it has no slots for probes"},
		"no functions":   {put8(fakeBlocks+fakeBlockStep, 0), "not a Go program"},
		"many functions": {put64(fakeBlocks+fakeBlockStep+8, 1<<60), "0 of 1 blocks"},
		"few functions":  {put64(fakeBlocks+fakeBlockStep+8, 2), "0 of 1 blocks"},
	} {
		p, err := embed.Open(test.change(good.bytes()))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, error %v, want %s", name, p, err, test.want)
		}
	}
}

func TestOpenRefusesNames(t *testing.T) {
	obfuscated := newFake(library)
	obfuscated.main = "main.x"
	if _, err := embed.Open(obfuscated.bytes()); err == nil ||
		!strings.Contains(err.Error(), "do not obfuscate") {
		t.Errorf("error %v", err)
	}
	archive := newFake(library)
	archive.main = "_rt0_arm64_linux_lib"
	if _, err := embed.Open(archive.bytes()); err == nil ||
		!strings.Contains(err.Error(), "c-archive") {
		t.Errorf("error %v", err)
	}
	// Magic alone, as this test has it, is no block.
	text := newFake()
	b := text.bytes()
	copy(b[fakeText:], block.Magic)
	if _, err := embed.Open(b); err == nil || !strings.Contains(err.Error(), "no slots") {
		t.Errorf("error %v", err)
	}
}

// TestEmbedRefuses has programs that embedding would harm, and lists that are of other programs.
func TestEmbedRefuses(t *testing.T) {
	good := listOf(declared(library, probe("a", 8)))
	section := func(name string, typ elf.SectionType, flags elf.SectionFlag, data string) fakeSection {
		return fakeSection{name, elf.Section64{Type: uint32(typ), Flags: uint64(flags)}, []byte(data)}
	}
	for name, test := range map[string]struct {
		fake fake
		list embed.List
		want string
	}{
		"appended": {fake{appended: "PK archive"}, good, "10 bytes were appended"},
		"other types": {fake{sections: []fakeSection{
			section(".BTF", elf.SHT_PROGBITS, 0, string(signatures()))}}, good, "remove it first"},
		"loaded notes": {fake{sections: []fakeSection{
			section(".note.stapsdt", elf.SHT_NOTE, elf.SHF_ALLOC, "")}}, good, "compressed, loaded"},
		"two": {fake{sections: []fakeSection{section(".note.stapsdt", elf.SHT_NOTE, 0, ""),
			section(".note.stapsdt", elf.SHT_NOTE, 0, "")}}, good, "one of two"},
		"malformed notes": {fake{sections: []fakeSection{
			section(".note.stapsdt", elf.SHT_NOTE, 0, "four")}}, good, "4 bytes are left for a note"},
		"long note": {fake{sections: []fakeSection{section(".note.stapsdt", elf.SHT_NOTE, 0,
			"\xff\xff\xff\xff\xff\xff\xff\xff\x03\x00\x00\x00")}}, good, "a note of"},
		"notes of C": {fake{sections: []fakeSection{section(".note.stapsdt", elf.SHT_NOTE, 0,
			"\x08\x00\x00\x00\x18\x00\x00\x00\x03\x00\x00\x00stapsdt\x00"+strings.Repeat("\x00", 24))}},
			good, "tracers could not read its probes"},
		"nothing declared": {fake{}, listOf(declared(library)), "declares no probes"},
		"other list": {fake{}, listOf(declared("example.com/x", probe("a"))),
			"which this one has not"},
		"empty list": {fake{}, listOf(), `the list has nothing of "github.com/go-usdt/usdt"`},
	} {
		f := newFake(library)
		f.sections, f.appended = test.fake.sections, test.fake.appended
		p, err := embed.Open(f.bytes())
		if err != nil {
			t.Fatal(err)
		}
		_, err = p.Embed(test.list, probesite.Nop)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %s", name, err, test.want)
		}
	}
}
