package uprobe

import (
	"encoding/binary"
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// A row is what one processor has counted in some buckets that follow each other: a power of two,
// if the scale is logarithmic.
type row struct {
	Low, High uint64 // sums of the lower and of the upper halves of the values
	Max       uint64 // with the sign bit inverted for signed values, so that 0 is the least
	Counts    [rowBuckets]uint64
}

const (
	rowBits    = 4
	rowBuckets = 1 << rowBits

	rowWords     = 3 + rowBuckets // the size of a row, in words of 8 bytes
	rowKeyWords  = 2
	rowHigh      = 8 // offsets
	rowMax       = 16
	rowCounts    = 24
	frameRowKey  = frameKey
	frameGroupID = frameRowKey + 8
)

// valueCounts holds the maps that programs count values in. The memory is allocated beforehand,
// because a program cannot wait for it.
type valueCounts struct {
	*session
	rows rowMap
	full *ebpf.Map // how many values found no place, by the id of their group
}

// newValueCounts makes room for the values of so many groups; 0: of all hits together.
func (s *session) newValueCounts(scale histogram.Scale, groups int) (*valueCounts, error) {
	c := &valueCounts{session: s}
	var err error
	switch {
	case groups > 0:
		c.rows, err = s.newGroupRows(s.options.Groups)
	case len(scale.Splits) > 0:
		c.rows, err = s.newGroupRows(1)
	default:
		c.rows, err = s.newScaleRows(scale)
	}
	if err != nil {
		return nil, err
	}
	c.full, err = s.newMap(&ebpf.MapSpec{
		Name: "usdt_full", Type: ebpf.Hash, KeySize: 8, ValueSize: 8,
		MaxEntries: uint32(groups + 1), // #nosec G115 -- a few times MaxGroups
	})
	return c, err
}

// countValue counts the value in regTemp, in the group whose id is at frameGroupID. It changes R0
// to R5, regTemp, regOut, frameWord, frameWord2, frameRowKey and frameBlank.
func (p *program) countValue(c *valueCounts, s histogram.Scale, signed bool) {
	found, done, noted := p.newLabel(), p.newLabel(), p.newLabel()
	p.bucketIndex(s, signed)
	p.emit(asm.Mov.Reg(regOut, asm.R0), asm.ArSh.Imm(asm.R0, rowBits))
	c.rows.find(p, signed, found)
	p.findOrAdd(c.full, frameGroupID, frameWord, 1, noted)
	p.jump(done) // it never does: there is room for all groups
	p.place(noted)
	p.emit(asm.Mov.Imm(asm.R1, 1), asm.StoreXAdd(asm.R0, asm.R1, asm.DWord))
	p.jump(done)

	p.place(found)
	p.addToRow(signed)
	p.place(done)
}

// addToRow adds the value in regTemp, whose bucket is in regOut, to the row at R0. It changes R0 to
// R2, regOut and regTemp.
func (p *program) addToRow(signed bool) {
	isAdded := p.newLabel()
	upperHalf := asm.RSh
	if signed {
		upperHalf = asm.ArSh
	}
	p.emit(
		asm.Mov.Reg(asm.R2, regOut),
		asm.And.Imm(asm.R2, rowBuckets-1),
		asm.LSh.Imm(asm.R2, 3),
		asm.Mov.Reg(regOut, asm.R0),
		asm.Add.Reg(asm.R0, asm.R2),
		asm.Mov.Imm(asm.R1, 1),
		asm.AddAtomic.Mem(asm.R0, asm.R1, asm.DWord, rowCounts),
		asm.Mov.Reg(asm.R1, regTemp),
		asm.LSh.Imm(asm.R1, 32),
		asm.RSh.Imm(asm.R1, 32),
		asm.AddAtomic.Mem(regOut, asm.R1, asm.DWord, 0),
		asm.Mov.Reg(asm.R1, regTemp),
		upperHalf.Imm(asm.R1, 32),
		asm.JEq.Imm(asm.R1, 0, isAdded), // as most values are
		asm.AddAtomic.Mem(regOut, asm.R1, asm.DWord, rowHigh),
	)
	p.place(isAdded)
	p.toOrder(signed)
	p.raiseSurely(rowMax)
}

// raise makes the number at offset of regOut at least regTemp, both unsigned. A thread that
// preempts this one on the same processor between the instructions can undo it: see raiseSurely. It
// changes R0.
func (p *program) raise(offset int16) {
	done := p.newLabel()
	p.emit(
		asm.LoadMem(asm.R0, regOut, offset, asm.DWord),
		asm.JGE.Reg(asm.R0, regTemp, done),
		asm.StoreMem(regOut, offset, regTemp, asm.DWord),
	)
	p.place(done)
}

// unplaced returns how many values found no place, by the ids of their groups.
func (c *valueCounts) unplaced() (map[uint64]uint64, error) {
	values := make(map[uint64]uint64)
	word := binary.NativeEndian.Uint64
	err := c.each(c.full, func(id, n []byte) { values[word(id)] = word(n) })
	if err != nil {
		return nil, fmt.Errorf("read values without a place: %w", err)
	}
	return values, nil
}
