package symbol

import "encoding/binary"

// Indexes of what the compiler keeps for each function: PCDATA_InlTreeIndex and FUNCDATA_InlTree
// of internal/abi.
const (
	inlineIndex = 2
	inlineTree  = 3

	inlinedSize = 16 // of an inlinedCall of runtime/symtabinl.go
	maxInlined  = 64 // frames at one address

	maxValues = 4 << 20 // bytes of values by address that are read for one address
)

// frames returns the function of the instruction at a link-time address, after those that have been
// inlined there. It is nil when nobody knows.
func (t *pclntab) frames(address uint64) []Frame {
	fn, ok := t.find(address)
	if !ok {
		return nil
	}
	t.left = maxValues
	outermost := Frame{Function: t.nameAt(fn.name), Offset: address - fn.entry}
	if !t.hasLines {
		return []Frame{outermost}
	}
	var frames []Frame
	tree, hasTree := fn.inlineTree()
	for hasTree && len(frames) < maxInlined {
		index, ok := fn.inlineIndex(address)
		if !ok {
			break
		}
		b := t.file.read(tree+inlinedSize*uint64(index), inlinedSize)
		if b == nil {
			break
		}
		le := binary.LittleEndian
		inlined := Frame{Function: t.nameAt(le.Uint32(b[4:])), Offset: outermost.Offset, Inlined: true}
		inlined.File, inlined.Line = fn.position(address)
		frames = append(frames, inlined)
		address = fn.entry + uint64(le.Uint32(b[8:])) // the call that was inlined
	}
	outermost.File, outermost.Line = fn.position(address)
	return append(frames, outermost)
}

// inlineTree returns where in the file the functions are that have been inlined into fn.
func (fn goFunction) inlineTree() (at uint64, ok bool) {
	t := fn.table
	if t.inlining == 0 || fn.dataWords <= inlineTree {
		return 0, false
	}
	offset, ok := t.file.uint32(fn.more + 4*uint64(fn.pcData+inlineTree))
	return t.inlining + uint64(offset), ok && offset != ^uint32(0)
}

// inlineIndex returns which of these has the instruction at the address.
func (fn goFunction) inlineIndex(address uint64) (index uint32, ok bool) {
	if fn.pcData <= inlineIndex {
		return 0, false
	}
	table, ok := fn.table.file.uint32(fn.more + 4*inlineIndex)
	if !ok || table == 0 {
		return 0, false
	}
	value, ok := fn.value(table, address)
	return uint32(value), ok && value >= 0 // #nosec G115 -- not negative
}
