package histogram

import (
	"math"
	"math/bits"
)

// A Row is one line of a drawing: a power of two, of which a Log2 scale has 16 buckets, or a bucket
// of a linear scale.
type Row struct {
	Label  string  // the range, such as "[16, 32)"
	Lo, Hi float64 // as Scale.Bounds says
	Count  uint64
}

// Rows returns the rows from the first to the last that has values, including the empty ones
// between.
func (h *Histogram) Rows() []Row {
	first, last, ok := h.span()
	if !ok {
		return nil
	}
	return h.rows(first, last)
}

func (h *Histogram) rows(first, last int) []Row {
	list := make([]Row, last-first+1)
	for i := range list {
		lo, hi := h.Scale.rowBounds(first + i)
		list[i] = Row{Label: h.label(lo, hi), Lo: lo, Hi: hi}
	}
	for index, count := range h.Counts {
		if row := h.Scale.row(index); first <= row && row <= last {
			list[row-first].Count += count
		}
	}
	return list
}

// span returns the numbers of the first and the last row with values.
func (h *Histogram) span() (first, last int, ok bool) {
	indexes := h.indexes()
	if len(indexes) == 0 {
		return 0, 0, false
	}
	return h.Scale.row(indexes[0]), h.Scale.row(indexes[len(indexes)-1]), true
}

// row returns the number of the row that a bucket belongs to. On a Log2 scale this is the number of
// bits of the values' magnitude, negated for negative values.
func (s Scale) row(index int) int {
	index = s.unsplit(index)
	switch {
	case s.Linear:
		return index
	case index < 0:
		return -s.row(-index)
	case index < subBuckets:
		return bits.Len(uint(index))
	}
	return index/subBuckets + subBits
}

func (s Scale) rowBounds(row int) (lo, hi float64) {
	switch {
	case s.Linear:
		return s.Bounds(row)
	case row < 0:
		lo, hi = s.rowBounds(-row)
		return -hi, -lo
	case row == 0:
		return 0, 1
	}
	return math.Ldexp(1, row-1), math.Ldexp(1, row)
}

// label writes a range of values.
func (h *Histogram) label(lo, hi float64) string {
	bound := h.bound()
	switch {
	case math.IsInf(lo, -1):
		return "(..., " + bound(hi) + ")"
	case math.IsInf(hi, 1):
		return "[" + bound(lo) + ", ...)"
	case hi <= 0 && !h.Scale.Linear && hi-lo == 1:
		return "[" + bound(hi) + "]"
	case hi <= 0 && !h.Scale.Linear:
		return "(" + bound(lo) + ", " + bound(hi) + "]"
	case hi-lo == 1:
		return "[" + bound(lo) + "]"
	}
	return "[" + bound(lo) + ", " + bound(hi) + ")"
}
