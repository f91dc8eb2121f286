package otlp

import (
	"maps"
	"math"
	"math/rand/v2"
	"testing"

	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// TestDense has random buckets, and holds where their counts are found against what the numbers of
// buckets mean.
func TestDense(t *testing.T) {
	for range 2000 {
		scale := rand.Int32N(29) - 8 // all that OTLP and native histograms have in common
		span := rand.Int32N(1 << rand.IntN(20))
		native := make(map[int32]uint64)
		for range rand.IntN(50) {
			native[rand.Int32N(2*span+1)-span] += 1 + rand.Uint64N(1000)
		}
		newScale, positive, negative := dense(scale, native, nil)
		if len(positive.Counts) > maxBuckets || len(negative.Counts) != 0 || newScale > scale {
			t.Fatalf("scale %d of %d, %d and %d buckets", newScale, scale, len(positive.Counts),
				len(negative.Counts))
		}
		want := make(map[int]uint64)
		for i, n := range native {
			// The upper end of bucket i is 2^(i*2^-scale). With a smaller scale, it is in the bucket
			// whose upper end is the next one that is not below it.
			upper := int(math.Ceil(float64(i) / float64(int64(1)<<(scale-newScale))))
			want[upper-1] += n
		}
		got := make(map[int]uint64)
		for i, n := range positive.Counts {
			if n > 0 {
				got[int(positive.Offset)+i] = n
			}
		}
		if !maps.Equal(got, want) {
			t.Fatalf("scale %d to %d: %v is %v, not %v", scale, newScale, native, got, want)
		}
		if n := len(positive.Counts); n > 0 && (positive.Counts[0] == 0 || positive.Counts[n-1] == 0) {
			t.Fatal("an empty bucket is at an end")
		}
		if newScale < scale && len(positive.Counts) <= maxBuckets/4 {
			t.Fatalf("%d buckets would have had room at scale %d", len(positive.Counts), newScale+1)
		}
	}
}

// TestDenseExtremes has the lowest and the highest bucket that there can be.
func TestDenseExtremes(t *testing.T) {
	scale, positive, negative := dense(20, map[int32]uint64{math.MinInt32: 1, math.MaxInt32: 2},
		map[int32]uint64{math.MaxInt32: 3})
	if len(positive.Counts) > maxBuckets || sum(positive) != 3 || sum(negative) != 3 || scale >= 20 {
		t.Errorf("scale %d, %v, %v", scale, positive, negative)
	}
}

func sum(b metricdata.ExponentialBucket) (total uint64) {
	for _, n := range b.Counts {
		total += n
	}
	return total
}
