package uprobe

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// A rowMap has the rows that programs count values in.
type rowMap interface {
	// find jumps to found, with R0 the address of the row whose number is in R0, or goes on if there
	// is no room for it. It changes R0 to R5, frameRowKey and frameBlank.
	find(p *program, signed bool, found string)

	// read calls f for every row that has values. The function must not keep the slice.
	read(s *session, f func(rowKey, []row)) error
}

// A rowKey says of which values a row is.
type rowKey struct {
	Row    int32
	Signed uint32 // 1 when the values are signed: the sites of one probe may differ
	Group  uint64 // its id
}

func signBit(signed bool) int32 {
	if signed {
		return 1
	}
	return 0
}

// scaleRows are those of a scale, of all hits together: an array, which is found faster than by a
// hash.
type scaleRows struct {
	*ebpf.Map
	first int32 // the number of the first row
}

func (s *session) newScaleRows(scale histogram.Scale) (rowMap, error) {
	first := scale.Bucket(1<<63, true) >> rowBits // of the least value
	last := scale.Bucket(math.MaxUint64, false) >> rowBits
	m, err := s.newMap(&ebpf.MapSpec{
		Name: "usdt_rows", Type: ebpf.PerCPUArray, KeySize: 4, ValueSize: 8 * rowWords,
		MaxEntries: uint32(2 * (last - first + 1)), // #nosec G115 -- see histogram.MaxLinear
	})
	return scaleRows{m, int32(first)}, err // #nosec G115 -- as before
}

func (r scaleRows) find(p *program, signed bool, found string) {
	p.emit(
		asm.Sub.Imm(asm.R0, r.first),
		asm.LSh.Imm(asm.R0, 1),
		asm.Or.Imm(asm.R0, signBit(signed)),
		asm.StoreMem(asm.RFP, frameRowKey, asm.R0, asm.Word),
	)
	p.lookup(r.Map, frameRowKey)
	p.emit(asm.JNE.Imm(asm.R0, 0, found))
}

func (r scaleRows) read(s *session, f func(rowKey, []row)) error {
	var rows []row
	err := s.each(r.Map, func(key, values []byte) {
		if rows = decodeRows(rows[:0], values); areEmpty(rows) {
			return
		}
		i := binary.NativeEndian.Uint32(key)
		// #nosec G115 -- there are few rows
		f(rowKey{Row: r.first + int32(i/2), Signed: i % 2}, rows)
	})
	if err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	return nil
}

// decodeRows appends the rows of the processors.
func decodeRows(to []row, values []byte) []row {
	for value := range slices.Chunk(values, 8*rowWords) {
		word := func(i int) uint64 { return binary.NativeEndian.Uint64(value[8*i:]) }
		r := row{Low: word(0), High: word(1), Max: word(2)}
		for i := range r.Counts {
			r.Counts[i] = word(3 + i)
		}
		to = append(to, r)
	}
	return to
}

// areEmpty tells whether no processor has counted a value.
func areEmpty(rows []row) bool {
	for _, r := range rows {
		if r.Counts != [rowBuckets]uint64{} {
			return false
		}
	}
	return true
}

// groupRows are those of groups.
type groupRows struct{ *ebpf.Map }

// How many rows of groups there can be.
const (
	leastRows = 8 << 10
	mostRows  = 96 << 10
	rowsBytes = 128 << 20 // how much memory they take at most, if more than the least
)

// mostGroupRows returns how many rows there can be of all groups together, if room for so many
// groups is asked for; 0: for all. Each processor has its own. Whoever asks for some has several
// tracings, each with less memory; but however many processors there are, each of these groups can
// have a row, as far as there can be so many rows at all.
func mostGroupRows(groups, cpus int) int {
	const (
		node  = 80      // bytes of the kernel's for a key
		each  = 16      // rows of a group: there are rarely more
		apart = 1 << 11 // of one group
	)
	row := node + 8*rowWords*cpus
	most := min(max(leastRows, rowsBytes/row), mostRows)
	if groups == 0 {
		return most
	}
	return min(most, max(apart, groups, min(each*groups, rowsBytes/4/row)))
}

// newGroupRows makes room for the rows of so many groups; 0: of all.
func (s *session) newGroupRows(groups int) (rowMap, error) {
	cpus, err := ebpf.PossibleCPU()
	if err != nil {
		return nil, err
	}
	most := mostGroupRows(groups, cpus)
	m, err := s.newMap(&ebpf.MapSpec{
		Name: "usdt_rows", Type: ebpf.PerCPUHash, KeySize: 8 * rowKeyWords, ValueSize: 8 * rowWords,
		MaxEntries: uint32(most), // #nosec G115 -- at most mostRows
	})
	return groupRows{m}, err
}

func (r groupRows) find(p *program, signed bool, found string) {
	p.emit(
		asm.StoreMem(asm.RFP, frameRowKey, asm.R0, asm.Word),
		asm.StoreImm(asm.RFP, frameRowKey+4, int64(signBit(signed)), asm.Word),
	)
	p.findOrAdd(r.Map, frameRowKey, frameBlank, rowWords, found)
}

func (r groupRows) read(s *session, f func(rowKey, []row)) error {
	var rows []row
	err := s.each(r.Map, func(key, values []byte) {
		rows = decodeRows(rows[:0], values)
		f(rowKey{
			Row:    int32(binary.NativeEndian.Uint32(key)), // #nosec G115 -- the same bits
			Signed: binary.NativeEndian.Uint32(key[4:]),
			Group:  binary.NativeEndian.Uint64(key[8:]),
		}, rows)
	})
	if err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	return nil
}
