package elfimage_test

import (
	debugelf "debug/elf"
	"encoding/binary"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/elfimage"
)

// checkSymbols compares the dynamic symbols with the probes, and finds each as dlsym does.
func checkSymbols(t *testing.T, f *debugelf.File, spec elfimage.Spec) {
	t.Helper()
	var symbols []debugelf.Symbol
	if len(spec.Probes) > 0 {
		var err error
		if symbols, err = f.DynamicSymbols(); err != nil {
			t.Fatal(err)
		}
	}
	var want []debugelf.Symbol
	start := f.Section(".text").Addr + lead(spec)
	size := uint64(len(spec.Site) + len(returns[spec.Machine]))
	if landing := uint64(len(landings[spec.Machine])); spec.ForGDB {
		size += landing
	} else {
		start += landing
	}
	for i, p := range spec.Probes {
		want = append(want, debugelf.Symbol{
			Name:    p.Name,
			Info:    debugelf.ST_INFO(debugelf.STB_GLOBAL, debugelf.STT_FUNC),
			Section: textIndex,
			Value:   start + uint64(i)*elfimage.SlotSize,
			Size:    size,
		})
	}
	if diff := cmp.Diff(want, symbols); diff != "" {
		t.Fatalf("symbols (-want +got):\n%s", diff)
	}
	for i, s := range symbols {
		if got := lookup(t, f, symbols, s.Name); got != uint32(i+1) {
			t.Fatalf("the hash table has symbol %d for %s, want %d", got, s.Name, i+1)
		}
	}
	if got := lookup(t, f, symbols, "no such symbol"); got != 0 {
		t.Errorf("the hash table has symbol %d for a name that is none", got)
	}
	checkDynamic(t, f)
}

const textIndex = 6

// lookup returns the index of name in the symbol table, or 0. It follows the chain of the name's
// bucket: see "Hash Table" of the System V ABI.
func lookup(t *testing.T, f *debugelf.File, symbols []debugelf.Symbol, name string) uint32 {
	t.Helper()
	data, err := f.Section(".hash").Data()
	if err != nil {
		t.Fatal(err)
	}
	word := func(i uint32) uint32 { return binary.LittleEndian.Uint32(data[4*i:]) }
	buckets, links := word(0), word(1)
	if links != uint32(len(symbols)+1) || len(data) != 4*int(2+buckets+links) {
		t.Fatalf("hash table of %d bytes, %d buckets and %d links for %d symbols", len(data), buckets,
			links, len(symbols))
	}
	i := word(2 + abiHash(name)%buckets)
	for steps := 0; i != 0 && symbols[i-1].Name != name; steps++ {
		if steps > len(symbols) {
			t.Fatalf("the chain of %q has no end", name)
		}
		i = word(2 + buckets + i)
	}
	return i
}

// abiHash is elf_hash of the System V ABI, as close to its C as Go allows.
func abiHash(name string) uint32 {
	var h, g uint32
	for _, c := range []byte(name) {
		h = (h << 4) + uint32(c)
		if g = h & 0xf0000000; g != 0 {
			h ^= g >> 24
		}
		h &= ^g
	}
	return h
}

func checkDynamic(t *testing.T, f *debugelf.File) {
	t.Helper()
	for tag, want := range map[debugelf.DynTag]uint64{
		debugelf.DT_HASH:   f.Section(".hash").Addr,
		debugelf.DT_SYMTAB: f.Section(".dynsym").Addr,
		debugelf.DT_STRTAB: f.Section(".dynstr").Addr,
		debugelf.DT_STRSZ:  f.Section(".dynstr").Size,
		debugelf.DT_SYMENT: debugelf.Sym64Size,
	} {
		got, err := f.DynValue(tag)
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%v is %#x, %v; want %#x", tag, got, err, want)
		}
	}
	if got, err := f.DynValue(debugelf.DT_SONAME); err != nil || got != nil {
		t.Errorf("DT_SONAME is %#x, %v; the dynamic linker would take one image for another", got, err)
	}
}
