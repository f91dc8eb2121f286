package symbol

import (
	"encoding/binary"
	"sort"
	"strings"
)

// A pclntab is the table of functions of a Go program, which runtime/symtab.go and, for other
// programs than the running one, debug/gosym describe. It begins with a header:
//
//	u32 magic   u8 0, 0, unit of instructions, size of a pointer
//	u64 functions, files, text, then the offsets of the tables from the header:
//	u64 names of functions, units, files, values by address, functions
type pclntab struct {
	file                              *File
	at                                uint64 // the offset of the header in the file
	names, units, files, values, list uint64 // offsets in the file
	functions                         uint64
	unit                              uint64 // of instructions, in bytes
	text                              uint64 // the link-time address that entries count from
	inlining                          uint64 // the offset of go:func.* in the file; 0: not known
	hasLines                          bool   // of Go 1.20 or later
	left                              int    // bytes of values that may be read for an address
}

// The first bytes of the table by version of Go. Earlier ones are not read.
const (
	magic118 = 0xfffffff0
	magic120 = 0xfffffff1

	pclntabHeader = 8 + 8*8
)

// findTable returns the table of the file, or nil. It is looked for in Go programs for which a C
// linker has put it among other data (PIE, before Go 1.26), and in files without sections.
func (f *File) findTable() (t *pclntab) {
	for _, s := range f.sections {
		if s.name == ".gopclntab" || s.name == ".data.rel.ro.gopclntab" {
			if t := f.readTable(s.offset); t != nil {
				return t
			}
		}
	}
	if len(f.sections) > 0 && f.sectionAddress(".go.buildinfo") == 0 {
		return nil
	}
	for _, s := range f.segments {
		for _, magic := range []uint64{magic118, magic120} {
			if t == nil {
				f.scan(s, binary.LittleEndian.AppendUint64(nil, magic)[:6], func(at uint64) bool {
					t = f.readTable(at)
					return t != nil
				})
			}
		}
	}
	return t
}

// readTable returns the table at an offset of the file, or nil if there is none.
func (f *File) readTable(at uint64) *pclntab {
	h := f.read(at, pclntabHeader)
	if h == nil {
		return nil
	}
	le := binary.LittleEndian
	magic := le.Uint32(h)
	if magic != magic118 && magic != magic120 || h[4] != 0 || h[5] != 0 || h[6] == 0 || h[7] != 8 {
		return nil
	}
	word := func(i int) uint64 { return le.Uint64(h[8+8*i:]) }
	const most = 1 << 24 // functions
	t := &pclntab{
		file: f, at: at, functions: word(0), unit: uint64(h[6]), hasLines: magic == magic120,
		names: at + word(3), units: at + word(4), files: at + word(5), values: at + word(6),
		list: at + word(7),
	}
	if t.functions == 0 || t.functions > most || !t.locate(word(2)) {
		return nil
	}
	return t
}

// entry returns the entry of a function, from text on, and where its description is.
func (t *pclntab) entry(i uint64) (entry, at uint64, ok bool) {
	b := t.file.read(t.list+8*i, 8)
	if b == nil {
		return 0, 0, false
	}
	le := binary.LittleEndian
	return uint64(le.Uint32(b)), t.list + uint64(le.Uint32(b[4:])), true
}

// find returns the function of the instruction at a link-time address.
func (t *pclntab) find(address uint64) (fn goFunction, ok bool) {
	if t == nil || address < t.text {
		return fn, false
	}
	target := address - t.text
	// #nosec G115 -- both are at most 1<<24
	next := uint64(sort.Search(int(t.functions)+1, func(i int) bool {
		entry, _, ok := t.entry(uint64(i))
		return !ok || entry > target
	}))
	if next == 0 || next > t.functions { // the last entry is the end of the text
		return fn, false
	}
	entry, at, ok := t.entry(next - 1)
	if !ok {
		return fn, false
	}
	return t.function(t.text+entry, at)
}

// A goFunction is the description of a function, _func in runtime/runtime2.go.
type goFunction struct {
	table             *pclntab
	entry             uint64 // a link-time address
	name              uint32
	pcFile, pcLine    uint32 // offsets in the values by address
	unit              uint32
	pcData, dataWords uint32 // how many words follow the description, of both kinds
	more              uint64 // where these are in the file
}

const (
	functionSize = 44 // of Go 1.20 and later
	maxWords     = 64
)

func (t *pclntab) function(entry, at uint64) (fn goFunction, ok bool) {
	b := t.file.read(at, functionSize)
	if b == nil {
		return fn, false
	}
	le := binary.LittleEndian
	fn = goFunction{
		table: t, entry: entry, name: le.Uint32(b[4:]), pcFile: le.Uint32(b[20:]),
		pcLine: le.Uint32(b[24:]), pcData: le.Uint32(b[28:]), unit: le.Uint32(b[32:]),
		dataWords: uint32(b[43]), more: at + functionSize,
	}
	return fn, fn.pcData <= maxWords
}

// nameAt returns the name of a function at an offset of the names. As in tracebacks of the runtime,
// dots are in place of type arguments, which are shapes that many types can have.
func (t *pclntab) nameAt(offset uint32) string {
	name := t.file.text(t.names + uint64(offset))
	from, to := strings.IndexByte(name, '['), strings.LastIndexByte(name, ']')
	if from < 0 || to < from {
		return name
	}
	return name[:from] + "[...]" + name[to+1:]
}

// value returns the value that a table of values by address has for an address of the function.
// The table is a sequence of pairs: how much the value changes, in zigzag encoding, and for how
// many instructions it then holds.
func (fn goFunction) value(table uint32, address uint64) (value int32, ok bool) {
	t := fn.table
	start := t.values + uint64(table)
	at, end := start, fn.entry
	value = -1
	for t.left > 0 {
		b := t.file.upTo(at, 2*binary.MaxVarintLen32)
		change, n := binary.Uvarint(b)
		if n <= 0 || change == 0 && at > start {
			return 0, false
		}
		length, m := binary.Uvarint(b[n:])
		if m <= 0 {
			return 0, false
		}
		value += int32(change>>1) ^ -int32(change&1) // #nosec G115 -- as the runtime does
		end += length * t.unit
		if address < end {
			return value, true
		}
		at += uint64(n + m) // #nosec G115 -- at most 20
		t.left -= n + m
	}
	return 0, false
}

// position returns the file and the line of the source for an address.
func (fn goFunction) position(address uint64) (file string, line int) {
	number, ok := fn.value(fn.pcFile, address)
	if !ok || number < 0 {
		return "", 0
	}
	t := fn.table
	at, ok := t.file.uint32(t.units + 4*(uint64(fn.unit)+uint64(number)))
	if !ok || at == ^uint32(0) {
		return "", 0
	}
	of, ok := fn.value(fn.pcLine, address)
	if !ok || of < 0 {
		return "", 0
	}
	return t.file.text(t.files + uint64(at)), int(of)
}
