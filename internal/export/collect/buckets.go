package collect

import (
	"math"

	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// Buckets are how a histogram is divided.
type Buckets struct {
	Native bool
	Bounds []float64 // as of a front.HistogramValue
}

// Native buckets are eight for each power of two, about as fine as the sixteen of the engine, whose
// widths are equal. A bucket of the engine is counted where its middle is; one that ends at a power
// of two is all on its side of it.
const (
	nativeScale = 3
	perPowerOf2 = 1 << nativeScale

	// zeroBound is what Prometheus itself takes for 0.
	zeroBound = 1.0 / (1 << 62) / (1 << 62) / (1 << 4)
)

// histogram returns values as they are served; nil for none.
func (s *Spec) histogram(h *histogram.Histogram) *front.HistogramValue {
	v := &front.HistogramValue{}
	if s.Buckets.Native {
		v.Native = &front.Native{
			Scale: nativeScale, Bound: zeroBound,
			Positive: make(map[int32]uint64), Negative: make(map[int32]uint64),
		}
	}
	if s.Buckets.Bounds != nil {
		v.Bounds = s.Buckets.Bounds
		v.Counts = make([]uint64, len(v.Bounds)+1)
	}
	if h == nil {
		return v
	}
	v.Count, v.Sum = h.Total(), h.Sum/s.Divisor
	for index, count := range h.Counts {
		if v.Native != nil {
			addNative(v.Native, h.Scale.Middle(index)/s.Divisor, count)
		}
		if v.Counts != nil {
			v.Counts[h.Scale.Above(index)] += count
		}
	}
	return v
}

// addNative adds values that are all at one place.
func addNative(n *front.Native, at float64, count uint64) {
	magnitude := math.Abs(at)
	if magnitude <= n.Bound {
		n.Zero += count
		return
	}
	index := int32(math.Ceil(math.Log2(magnitude) * perPowerOf2))
	if at > 0 {
		n.Positive[index] += count
	} else {
		n.Negative[index] += count
	}
}
