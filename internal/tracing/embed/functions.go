package embed

import (
	"bytes"
	"encoding/binary"
)

// Go's table of functions, which the runtime itself needs and stripped programs have, too. The form
// has been the same since Go 1.20: pcHeader and _func in runtime/symtab.go and runtime2.go. Behind
// these eight bytes are the numbers of functions and files, and a word that is unused; then the
// offsets of five tables, the first of which has the names of the functions, and the last the
// functions.
const (
	tableMagic      = "\xf1\xff\xff\xff\x00\x00"
	tableHeaderSize = 8 + 8*8
	maxTables       = 16 // that look like one: there is one, and one more for each false alarm
)

// tables returns what looks like Go's table of functions, from there to the end of the segment.
// Linkers keep it in sections of several names, so it is looked for in all that is loaded.
func (f *file) tables() (found [][]byte) {
	for _, s := range f.segments {
		if !isLoaded(s) {
			continue
		}
		rest := f.content[s.Off : s.Off+s.Filesz]
		for len(found) < maxTables {
			i := bytes.Index(rest, []byte(tableMagic))
			if i < 0 {
				break
			}
			rest = rest[i:]
			if len(rest) >= tableHeaderSize && (rest[6] == 1 || rest[6] == 4) && rest[7] == 8 {
				found = append(found, rest)
			}
			rest = rest[len(tableMagic):]
		}
	}
	return found
}

// A function is an entry of the table.
type function struct {
	name   string
	offset uint64 // of its first instruction, from the start of Go's text
}

// functions returns those functions of a table whose names are wanted. A table that contradicts
// itself has none.
func functions(table []byte, wanted func(name []byte) bool) (found []function) {
	word := func(i int) uint64 { return binary.LittleEndian.Uint64(table[8*i:]) }
	number, names, rows := word(1), behind(table, word(4)), behind(table, word(8))
	const rowSize = 8
	if names == nil || number > uint64(len(rows))/rowSize {
		return nil
	}
	for i := range number {
		row := rows[i*rowSize:]
		entry, at := binary.LittleEndian.Uint32(row), binary.LittleEndian.Uint32(row[4:])
		about := behind(rows, uint64(at)) // entry, offset of the name, and more
		if len(about) < 8 {
			return nil
		}
		name := behind(names, uint64(binary.LittleEndian.Uint32(about[4:])))
		end := bytes.IndexByte(name[:min(len(name), maxName)], 0)
		if end >= 0 && wanted(name[:end]) {
			found = append(found, function{string(name[:end]), uint64(entry)})
		}
	}
	return found
}

// behind returns what is behind an offset, nil if nothing is.
func behind(b []byte, offset uint64) []byte {
	if offset >= uint64(len(b)) {
		return nil
	}
	return b[offset:]
}
