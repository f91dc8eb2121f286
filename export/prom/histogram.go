package prom

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	dto "github.com/prometheus/client_model/go"

	"github.com/go-usdt/usdt/internal/export/front"
)

// histogram returns the buckets of the point in the forms that it has.
func histogram(p *front.Point) (*dto.Histogram, error) {
	v := p.HistogramValue
	if v == nil {
		return nil, errors.New("a histogram without buckets")
	}
	h := &dto.Histogram{
		SampleCount:      &v.Count,
		SampleSum:        &v.Sum,
		CreatedTimestamp: timestamp(p.Start),
	}
	e := exemplar(p.Exemplar)
	if len(v.Counts) > 0 {
		if err := addClassic(h, v, e); err != nil {
			return nil, err
		}
	}
	if v.Native != nil {
		if e != nil && e.Timestamp != nil { // which those of native histograms must have
			h.Exemplars = append(h.Exemplars, e)
		}
		return h, addNative(h, v)
	}
	return h, nil
}

// addClassic adds the buckets with upper bounds. The exemplar goes into the bucket of its value.
func addClassic(h *dto.Histogram, v *front.HistogramValue, e *dto.Exemplar) error {
	if len(v.Counts) != len(v.Bounds)+1 {
		return fmt.Errorf("%d counts for %d bounds", len(v.Counts), len(v.Bounds))
	}
	if !slices.IsSorted(v.Bounds) {
		return errors.New("the bounds do not ascend")
	}
	bounds := append(slices.Clone(v.Bounds), math.Inf(1))
	var sum uint64
	for i, n := range v.Counts {
		sum += n
		below := sum
		bucket := &dto.Bucket{UpperBound: &bounds[i], CumulativeCount: &below}
		if e != nil && e.GetValue() <= bounds[i] {
			bucket.Exemplar, e = e, nil
		}
		h.Bucket = append(h.Bucket, bucket)
	}
	return equalCounts(sum, v.Count)
}

// equalCounts finds buckets that do not have all hits, and only these. Prometheus would refuse
// them, and the whole scrape with them.
func equalCounts(buckets, all uint64) error {
	if buckets != all {
		return errors.New("the buckets have not as many hits as the histogram") // no values: told once
	}
	return nil
}

// The scales that native histograms of Prometheus have.
const minScale, maxScale = -4, 8

// leastThreshold is that of the bucket of zeros, where the histogram has none: the threshold is how
// Prometheus knows that a histogram without hits is a native one.
const leastThreshold = 0x1p-128

// addNative adds the exponential buckets.
func addNative(h *dto.Histogram, v *front.HistogramValue) error {
	n := v.Native
	if n.Scale < minScale || n.Scale > maxScale {
		return fmt.Errorf("the scale is %d; Prometheus has those from %d to %d",
			n.Scale, minScale, maxScale)
	}
	sum := n.Zero
	for _, buckets := range []map[int32]uint64{n.Positive, n.Negative} {
		for _, count := range buckets {
			sum += count
		}
	}
	threshold := max(n.Bound, leastThreshold)
	h.Schema, h.ZeroThreshold, h.ZeroCount = &n.Scale, &threshold, &n.Zero
	h.PositiveSpan, h.PositiveDelta = spans(n.Positive)
	h.NegativeSpan, h.NegativeDelta = spans(n.Negative)
	return equalCounts(sum, v.Count)
}

// spans returns the buckets as runs: of each, how far it is from the last, and how long it is; and
// of each bucket, how many more it has than the one before.
func spans(buckets map[int32]uint64) (runs []*dto.BucketSpan, deltas []int64) {
	var next int32 // the index behind the last run
	var last int64
	for _, i := range slices.Sorted(maps.Keys(buckets)) {
		if gap := i - next; len(runs) == 0 || gap > 0 {
			runs = append(runs, &dto.BucketSpan{Offset: &gap, Length: new(uint32)})
		}
		*runs[len(runs)-1].Length++
		count := int64(buckets[i]) // #nosec G115 -- no bucket has so many hits
		deltas = append(deltas, count-last)
		next, last = i+1, count
	}
	return runs, deltas
}
