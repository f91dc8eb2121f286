package otlp

import (
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/go-usdt/usdt/internal/export/front"
)

// maxBuckets is how many buckets an exponential histogram has at most, on each side of zero. OTLP
// has also the empty ones between two others, so values that are far apart would make a point as
// large as they please. It is twice what the SDK has for its own histograms.
const maxBuckets = 320

// histograms returns points of one form: that of the family if it has one, and else the one that
// the variables ask for.
func (c converter) histograms(f front.Family, points []front.Point) (metricdata.Aggregation, int) {
	exponential := false
	for _, p := range points {
		if h := p.HistogramValue; h != nil && h.Native != nil {
			exponential = len(h.Counts) == 0 || c.settings.exponential
			break
		}
	}
	if exponential {
		all := c.exponentials(f, points)
		return metricdata.ExponentialHistogram[float64]{DataPoints: all,
			Temporality: metricdata.CumulativeTemporality}, len(all)
	}
	all := c.explicits(f, points)
	return metricdata.Histogram[float64]{DataPoints: all,
		Temporality: metricdata.CumulativeTemporality}, len(all)
}

func (c converter) explicits(f front.Family,
	points []front.Point) (all []metricdata.HistogramDataPoint[float64]) {
	for _, p := range points {
		if h := p.HistogramValue; h != nil && len(h.Counts) == len(h.Bounds)+1 {
			all = append(all, metricdata.HistogramDataPoint[float64]{Attributes: labels(f, p),
				StartTime: p.Start, Time: c.now, Count: h.Count, Sum: h.Sum, Bounds: h.Bounds,
				BucketCounts: h.Counts, Exemplars: c.exemplars(p)})
		}
	}
	return all
}

func (c converter) exponentials(f front.Family,
	points []front.Point) (all []metricdata.ExponentialHistogramDataPoint[float64]) {
	for _, p := range points {
		if h := p.HistogramValue; h != nil && h.Native != nil {
			n := h.Native
			scale, positive, negative := dense(n.Scale, n.Positive, n.Negative)
			all = append(all, metricdata.ExponentialHistogramDataPoint[float64]{
				Attributes: labels(f, p), StartTime: p.Start, Time: c.now, Count: h.Count,
				Sum: h.Sum, Scale: scale, ZeroCount: n.Zero, ZeroThreshold: n.Bound,
				PositiveBucket: positive, NegativeBucket: negative, Exemplars: c.exemplars(p)})
		}
	}
	return all
}

// dense returns buckets as OTLP has them, with all between the lowest and the highest, at the
// largest scale at which these are not too many.
func dense(scale int32, positive, negative map[int32]uint64) (int32,
	metricdata.ExponentialBucket, metricdata.ExponentialBucket) {
	shift := int32(0)
	for extent(positive, shift) > maxBuckets || extent(negative, shift) > maxBuckets {
		shift++
	}
	return scale - shift, side(positive, shift), side(negative, shift)
}

// otlpIndex returns the index that OTLP has for a bucket of a native histogram, at a scale that is
// less by shift: each step makes one bucket of two.
func otlpIndex(native, shift int32) int64 { return (int64(native) - 1) >> shift }

// ends returns the lowest and the highest index.
func ends(side map[int32]uint64, shift int32) (low, high int64) {
	first := true
	for i := range side {
		at := otlpIndex(i, shift)
		if first || at < low {
			low = at
		}
		if first || at > high {
			high = at
		}
		first = false
	}
	return low, high
}

func extent(side map[int32]uint64, shift int32) int64 {
	low, high := ends(side, shift)
	return high - low + 1
}

func side(counts map[int32]uint64, shift int32) (b metricdata.ExponentialBucket) {
	if len(counts) == 0 {
		return b
	}
	low, high := ends(counts, shift)
	b.Offset = int32(low) // #nosec G115 -- the index of a bucket
	b.Counts = make([]uint64, high-low+1)
	for i, n := range counts {
		b.Counts[otlpIndex(i, shift)-low] += n
	}
	return b
}
