package elfimage

import "github.com/go-usdt/usdt/internal/elf"

// putHash writes the hash table of the System V ABI: the numbers of buckets and of chain links, the
// buckets, the links. There are as many buckets as symbols. A later symbol goes to the front of its
// bucket's chain.
func (im *image) putHash() {
	symbols := uint32(len(im.probes) + 1)
	table := make([]uint32, 2+2*symbols)
	table[0], table[1] = symbols, symbols
	buckets, chain := table[2:2+symbols], table[2+symbols:]
	for i, p := range im.probes {
		symbol := uint32(i + 1)
		bucket := &buckets[symbolHash(p.name)%symbols]
		chain[symbol], *bucket = *bucket, symbol
	}
	im.begin(hash)
	im.put32(table...)
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
func (im *image) putSymbols() {
	im.begin(dynsym)
	im.seek(im.sections[dynsym].offset + elf.Sym64Size)
	name := 1
	for i, p := range im.probes {
		addr, size := im.entry(i)
		im.put32(uint32(name))
		im.out = append(im.out, elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), 0) // default visibility
		im.put16(text)
		im.put64(addr, size)
		name += len(p.name) + 1
	}
}

func (im *image) putSymbolNames() {
	im.begin(dynstr)
	im.putString("")
	for _, p := range im.probes {
		im.putString(p.name)
	}
}

const dynamicEntries = 6

// putDynamic writes the Elf64_Dyn that dlopen and dlsym need. There is no DT_SONAME: the dynamic
// linker would take a second image of the same name for the first.
func (im *image) putDynamic() {
	im.begin(dynamic)
	im.put64(uint64(elf.DT_HASH), im.sections[hash].addr)
	im.put64(uint64(elf.DT_SYMTAB), im.sections[dynsym].addr)
	im.put64(uint64(elf.DT_STRTAB), im.sections[dynstr].addr)
	im.put64(uint64(elf.DT_STRSZ), im.sections[dynstr].size)
	im.put64(uint64(elf.DT_SYMENT), elf.Sym64Size)
	im.put64(uint64(elf.DT_NULL), 0)
}
