package uprobe

import (
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// A bucketKey is a key of the map that programs count values in.
type bucketKey struct {
	Bucket int32
	Signed uint32          // 1 when the values are signed: the sites of one probe may differ
	By     [byWords]uint64 // what the group has in common: see group
}

// A bucketValue is what one processor has counted in a bucket.
type bucketValue struct {
	Count     uint64
	Low, High uint64 // sums of the lower and of the upper halves of the values
	Max       uint64 // with the sign bit inverted for signed values, so that 0 is the least
}

// Sizes of both in words of 8 bytes.
const (
	keyWords   = 1 + byWords
	valueWords = 4
)

// valueCounts holds the maps that programs count values in. The memory is allocated beforehand,
// because a program cannot wait for it.
type valueCounts struct {
	buckets *ebpf.Map // a bucketValue for each processor, by bucketKey
	full    *ebpf.Map // how many values found no place
}

func (s *session) newValueCounts(maxBuckets int) (*valueCounts, error) {
	c := new(valueCounts)
	var err error
	c.buckets, err = s.newMap(&ebpf.MapSpec{
		Name: "usdt_buckets", Type: ebpf.PerCPUHash, KeySize: 8 * keyWords, ValueSize: 8 * valueWords,
		MaxEntries: uint32(maxBuckets), // #nosec G115 -- logBuckets or groupBuckets
	})
	if err != nil {
		return nil, err
	}
	c.full, err = s.newNumbers("usdt_full", 1)
	return c, err
}

// clearKey clears the bucketKey at frameKey. It changes R0.
func (p *program) clearKey() { p.clear(frameKey, keyWords) }

// countValue counts the value in regTemp, in the group of the bucketKey at frameKey. It changes R0
// to R5, regTemp, regOut, frameWord and frameText.
func (p *program) countValue(c *valueCounts, s histogram.Scale, signed bool) {
	found, done := p.newLabel(), p.newLabel()
	p.bucketIndex(s, signed)
	sign := int64(0)
	if signed {
		sign = 1
	}
	p.emit(
		asm.StoreMem(asm.RFP, frameKey, asm.R0, asm.Word),
		asm.StoreImm(asm.RFP, frameKey+4, sign, asm.Word),
	)
	p.lookup(c.buckets, frameKey)
	p.emit(asm.JNE.Imm(asm.R0, 0, found))

	// Another thread may have added the key since. It only matters that the key is there now.
	p.clear(frameText, valueWords)
	p.update(c.buckets, frameKey, frameText, newKey)
	p.lookup(c.buckets, frameKey)
	p.emit(asm.JNE.Imm(asm.R0, 0, found))
	p.increment(c.full, 0)
	p.jump(done)

	p.place(found)
	p.emit(asm.Mov.Reg(regOut, asm.R0))
	p.addToBucket(signed)
	p.place(done)
}

// addToBucket adds the value in regTemp to the bucketValue at regOut. It changes R0, R1 and
// regTemp.
func (p *program) addToBucket(signed bool) {
	upperHalf := asm.RSh
	if signed {
		upperHalf = asm.ArSh
	}
	p.emit(
		asm.Mov.Imm(asm.R1, 1),
		asm.AddAtomic.Mem(regOut, asm.R1, asm.DWord, 0),
		asm.Mov.Reg(asm.R1, regTemp),
		asm.LSh.Imm(asm.R1, 32),
		asm.RSh.Imm(asm.R1, 32),
		asm.AddAtomic.Mem(regOut, asm.R1, asm.DWord, 8),
		asm.Mov.Reg(asm.R1, regTemp),
		upperHalf.Imm(asm.R1, 32),
		asm.AddAtomic.Mem(regOut, asm.R1, asm.DWord, 16),
	)
	if signed {
		p.emit(
			asm.LoadImm(asm.R1, -1<<63, asm.DWord),
			asm.Xor.Reg(regTemp, asm.R1),
		)
	}
	p.raise(24)
}

// raise makes the number at offset of regOut at least regTemp, both unsigned. A thread that
// preempts this one on the same processor between the instructions can undo it: see addTo. It
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

// read calls f for every bucket.
func (c *valueCounts) read(f func(bucketKey, []bucketValue)) error {
	var (
		key    bucketKey
		values []bucketValue
	)
	entries := c.buckets.Iterate()
	for entries.Next(&key, &values) {
		f(key, values)
	}
	if err := entries.Err(); err != nil {
		return fmt.Errorf("read buckets: %w", err)
	}
	return nil
}

// addTo adds what each processor has counted in a bucket to h. The largest value may have been lost
// in the race that raise describes, but it is not less than the least value of its bucket.
func addTo(h *histogram.Histogram, k bucketKey, values []bucketValue) {
	index := int(k.Bucket)
	least := h.Scale.Least(index)
	for _, v := range values {
		if v.Count == 0 {
			continue
		}
		signed, upper, maxBits := k.Signed != 0, float64(v.High), v.Max
		if signed {
			upper = float64(int64(v.High)) // #nosec G115 -- the same bits
			maxBits ^= 1 << 63
		}
		largest := integer.Of(maxBits, signed)
		if largest.Compare(least) < 0 {
			largest = least
		}
		h.AddBucket(index, v.Count, upper*(1<<32)+float64(v.Low), largest)
	}
}
