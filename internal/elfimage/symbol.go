package elfimage

import (
	"fmt"

	"github.com/go-usdt/usdt/internal/elf"
)

// putHash writes the hash table of the System V ABI: the numbers of buckets and of chain links, the
// buckets, the links. There are as many buckets as symbols. A later symbol goes to the front of its
// bucket's chain.
//
// A name that there are two of is an error: the dynamic linker and most tracers would find only one
// of the probes.
func (w *writer) putHash() error {
	symbols := uint32(len(w.probes) + 1) // #nosec G115 -- layOut keeps images small
	table := make([]uint32, 2+2*symbols)
	table[0], table[1] = symbols, symbols
	buckets, chain := table[2:2+symbols], table[2+symbols:]
	for i, p := range w.probes {
		symbol := uint32(i + 1)
		bucket := &buckets[symbolHash(p.Name)%symbols]
		for other := *bucket; other != 0; other = chain[other] {
			if w.probes[other-1].Name == p.Name {
				return fmt.Errorf("probe %d (%q): an earlier probe has this name", i, abbreviate(p.Name))
			}
		}
		chain[symbol], *bucket = *bucket, symbol
	}
	w.begin(hash)
	w.put32(table...)
	return nil
}

// symbolHash is the hash function of the System V ABI.
func symbolHash(name string) uint32 {
	var h uint32
	for i := range len(name) {
		h = h<<4 + uint32(name[i])
		high := h & 0xf0000000
		h = (h ^ high>>24) &^ high
	}
	return h
}

// putSymbols writes an Elf64_Sym for each probe, behind the null symbol: a function of the probe's
// name, for dlsym and symbolizers.
func (w *writer) putSymbols() {
	w.begin(dynsym)
	w.seek(w.sections[dynsym].offset + elf.Sym64Size)
	name := 1
	for i, p := range w.probes {
		addr, size := w.location(i)
		w.put32(uint32(name))
		w.out = append(w.out, elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), 0) // default visibility
		w.put16(text)
		w.put64(addr, size)
		name += len(p.Name) + 1
	}
}

func (w *writer) putSymbolNames() {
	w.begin(dynstr)
	w.putString("")
	for _, p := range w.probes {
		w.putString(p.Name)
	}
}

const dynamicEntries = 6

// putDynamic writes the Elf64_Dyn that dlopen and dlsym need. There is no DT_SONAME: the dynamic
// linker would take a second image of the same name for the first.
func (w *writer) putDynamic() {
	w.begin(dynamic)
	w.put64(uint64(elf.DT_HASH), w.sections[hash].addr)
	w.put64(uint64(elf.DT_SYMTAB), w.sections[dynsym].addr)
	w.put64(uint64(elf.DT_STRTAB), w.sections[dynstr].addr)
	w.put64(uint64(elf.DT_STRSZ), w.sections[dynstr].size)
	w.put64(uint64(elf.DT_SYMENT), elf.Sym64Size)
	w.put64(uint64(elf.DT_NULL), 0)
}
