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
	im.put(table)
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

// putSymbols writes the null symbol and one function for each probe, its stub: dlsym and symbolizers
// find it under the probe's name.
func (im *image) putSymbols() {
	symbols := make([]elf.Sym64, 1, len(im.probes)+1)
	name := 1
	for i, p := range im.probes {
		addr, size := im.entry(i)
		symbols = append(symbols, elf.Sym64{
			Name:  uint32(name),
			Info:  elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC),
			Shndx: text,
			Value: addr,
			Size:  size,
		})
		name += len(p.name) + 1
	}
	im.begin(dynsym)
	im.put(symbols)
}

func (im *image) putSymbolNames() {
	im.begin(dynstr)
	im.putString("")
	for _, p := range im.probes {
		im.putString(p.name)
	}
}

// putDynamic writes what dlopen and dlsym need.
func (im *image) putDynamic() {
	im.begin(dynamic)
	im.put(im.dynamicEntries())
}

// dynamicEntries has no DT_SONAME: the dynamic linker would take a second image of the same name for the
// first.
func (im *image) dynamicEntries() []elf.Dyn64 {
	return []elf.Dyn64{
		{Tag: int64(elf.DT_HASH), Val: im.sections[hash].addr},
		{Tag: int64(elf.DT_SYMTAB), Val: im.sections[dynsym].addr},
		{Tag: int64(elf.DT_STRTAB), Val: im.sections[dynstr].addr},
		{Tag: int64(elf.DT_STRSZ), Val: im.sections[dynstr].size},
		{Tag: int64(elf.DT_SYMENT), Val: elf.Sym64Size},
		{Tag: int64(elf.DT_NULL)},
	}
}
