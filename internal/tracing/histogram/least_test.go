package histogram

import (
	"math"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// TestLeast: the least value of a bucket is in the bucket, and the value before it is not.
func TestLeast(t *testing.T) {
	linear := mustLinear(t, -100, 101, 7)
	wide := mustLinear(t, math.MinInt64, math.MaxInt64, 1<<60)
	for name, scale := range map[string]Scale{
		"log2": Log2(), "inclusive": {Inclusive: true}, "linear": linear, "wide": wide,
	} {
		for _, v := range []int64{
			math.MinInt64, -1 << 62, -12345, -101, -100, -17, -16, -1,
			0, 1, 15, 16, 31, 32, 33, 64, 65, 100, 101, 1<<53 + 1, math.MaxInt64,
		} {
			index := scale.Bucket(uint64(v), true)
			least := scale.Least(index)
			if got := scale.Bucket(least.Bits, true); got != index {
				t.Errorf("%s: %v, the least of bucket %d of %d, is in bucket %d",
					name, least, index, v, got)
			}
			before := scale.Bucket(least.Bits-1, true)
			if before == index && least != integer.Min {
				t.Errorf("%s: less than %v is in bucket %d of %d, too", name, least, index, v)
			}
		}
	}
	if got := Log2().Least(975); got != integer.Of(31<<59, false) {
		t.Errorf("the last bucket: got %v", got)
	}
}
