package uprobe

import (
	"fmt"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// buckets are where programs count values. Their memory is taken beforehand: programs may not wait for it.
type buckets struct {
	counts *ebpf.Map // bucketKey to a bucketValue for each processor
	full   *ebpf.Map // how many values found no place
}

func (s *session) newBuckets(max int) (*buckets, error) {
	b := new(buckets)
	var err error
	b.counts, err = s.newMap(&ebpf.MapSpec{
		Name: "usdt_buckets", Type: ebpf.PerCPUHash, MaxEntries: uint32(max),
		KeySize: 8 * (1 + byWords), ValueSize: 8 * bucketWords,
	})
	if err != nil {
		return nil, err
	}
	b.full, err = s.newCounter()
	return b, err
}

// bucketWords is the size of a bucketValue in words of 8 bytes.
const bucketWords = 4

// clearKey clears the key of buckets in the frame.
func (p *program) clearKey() { p.clear(frameKey, 1+byWords) }

// record counts the value in regTemp. The group is in the key in the frame.
func (p *program) record(b *buckets, s histogram.Scale, signed bool) {
	found, done := p.newLabel(), p.newLabel()
	upperHalf := asm.RSh
	if signed {
		upperHalf = asm.ArSh
	}
	p.bucket(s, signed)
	sign := int64(0)
	if signed {
		sign = 1
	}
	p.emit(
		asm.StoreMem(asm.RFP, frameKey, asm.R0, asm.Word),
		asm.StoreImm(asm.RFP, frameKey+4, sign, asm.Word),
	)
	p.lookup(b.counts, frameKey)
	p.emit(asm.JNE.Imm(asm.R0, 0, found))

	// Somebody else may have added it by now; only what is there then matters.
	const addOnly = 1 // BPF_NOEXIST
	p.clear(frameText, bucketWords)
	p.update(b.counts, frameKey, frameText, addOnly)
	p.lookup(b.counts, frameKey)
	p.emit(asm.JNE.Imm(asm.R0, 0, found))
	p.increment(b.full, 0)
	p.jump(done)

	p.place(found)
	p.emit(
		asm.Mov.Reg(regTarget, asm.R0),
		asm.Mov.Imm(asm.R1, 1),
		asm.AddAtomic.Mem(regTarget, asm.R1, asm.DWord, 0),
		asm.Mov.Reg(asm.R1, regTemp),
		asm.LSh.Imm(asm.R1, 32),
		asm.RSh.Imm(asm.R1, 32),
		asm.AddAtomic.Mem(regTarget, asm.R1, asm.DWord, 8),
		asm.Mov.Reg(asm.R1, regTemp),
		upperHalf.Imm(asm.R1, 32),
		asm.AddAtomic.Mem(regTarget, asm.R1, asm.DWord, 16),
	)
	if signed {
		p.emit(
			asm.LoadImm(asm.R1, -1<<63, asm.DWord),
			asm.Xor.Reg(regTemp, asm.R1),
		)
	}
	p.raise(24)
	p.place(done)
}

// update stores the value at an offset of the frame under the key at another one. It changes R0 to R5.
func (p *program) update(m *ebpf.Map, key, value int, flags int32) {
	p.emit(loadAddress(asm.R2, key)...)
	p.emit(loadAddress(asm.R3, value)...)
	p.emit(
		asm.LoadMapPtr(asm.R1, m.FD()),
		asm.Mov.Imm(asm.R4, flags),
		asm.FnMapUpdateElem.Call(),
	)
}

// raise makes the number at offset of regTarget at least regTemp, both unsigned. A thread of the same processor
// that comes between the instructions can undo it: see addTo. It changes R0.
func (p *program) raise(offset int16) {
	done := p.newLabel()
	p.emit(
		asm.LoadMem(asm.R0, regTarget, offset, asm.DWord),
		asm.JGE.Reg(asm.R0, regTemp, done),
		asm.StoreMem(regTarget, offset, regTemp, asm.DWord),
	)
	p.place(done)
}

// read calls f for every bucket.
func (b *buckets) read(f func(bucketKey, []bucketValue)) error {
	var (
		key    bucketKey
		values []bucketValue
	)
	entries := b.counts.Iterate()
	for entries.Next(&key, &values) {
		f(key, values)
	}
	if err := entries.Err(); err != nil {
		return fmt.Errorf("read buckets: %w", err)
	}
	return nil
}

// addTo adds what each processor counted in a bucket to h. The largest value may have been lost in a race,
// as raise says, but it is at least the least value of a bucket that has values.
func addTo(h *histogram.Histogram, k bucketKey, values []bucketValue) {
	least := h.Scale.Least(int(k.Bucket))
	for _, v := range values {
		if v.Count == 0 {
			continue
		}
		signed, upper, largest := k.Signed != 0, float64(v.High), v.Max
		if signed {
			upper, largest = float64(int64(v.High)), v.Max^1<<63
		}
		largestSeen := integer.Of(largest, signed)
		if largestSeen.Compare(least) < 0 {
			largestSeen = least
		}
		h.AddBucket(int(k.Bucket), v.Count, upper*(1<<32)+float64(v.Low), largestSeen)
	}
}
