package prom

import (
	"maps"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/export/front"
	engine "github.com/go-usdt/usdt/internal/tracing/histogram"
)

// TestNativeIsThatOfPrometheus compares the buckets with those of client_golang, which observes the
// same values: small ones, and powers of two and those beside them, on both sides of zero, in units
// that are the probe's, larger and smaller.
func TestNativeIsThatOfPrometheus(t *testing.T) {
	var values []int64
	for v := int64(-32); v <= 32; v++ {
		values = append(values, v)
	}
	for e := range 53 { // which a float64 tells from its neighbours
		power := int64(1) << e
		values = append(values, power-1, power, power, power+1, -power, -power+1, -power-1)
	}
	for _, divisor := range []float64{1, 1 << 10, 1.0 / (1 << 20)} {
		got, want := bothNative(t, values, collect.Spec{Divisor: divisor})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("/%v: (-client_golang +got):\n%s", divisor, diff)
		}
	}
}

// TestNativeAtBounds: where a bound of the classic buckets is one of the native ones, too, each
// value is on its right side, whatever the unit.
func TestNativeAtBounds(t *testing.T) {
	const second = 1e9
	s := collect.Spec{Divisor: second, Buckets: collect.Buckets{Bounds: []float64{0.5, 1, 8}}}
	values := []int64{second / 2, second/2 + 1, second, second, second + 1, 8 * second, 8*second + 1}
	got, want := bothNative(t, values, s)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-client_golang +got):\n%s", diff)
	}
}

// TestNativeIsNear: a value is never further away than in the next bucket, and most are in the same
// one as those of client_golang.
func TestNativeIsNear(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const all = 1000
	same := 0
	for range all {
		v := random.Int64()>>random.IntN(63) + 1
		got, want := bothNative(t, []int64{v}, collect.Spec{Divisor: 1e9})
		for index := range want.Positive {
			n := got.Positive
			if n[index-1]+n[index]+n[index+1] != 1 {
				t.Errorf("%d is in %v, want bucket %d", v, n, index)
			}
			same += int(n[index])
		}
	}
	if same < all*3/4 {
		t.Errorf("%d of %d values are where client_golang has them", same, all)
	}
}

// native is what a histogram of protobuf has, with an index for each bucket that is not empty.
type native struct {
	Schema             int32
	Threshold          float64
	Count, Zero        uint64
	Positive, Negative map[int32]int64
}

// bothNative returns what is made of values, and what client_golang makes of them.
func bothNative(t *testing.T, values []int64, s collect.Spec) (got, want native) {
	t.Helper()
	s.Kind, s.MaxSeries, s.Buckets.Native = front.Histogram, 1, true
	counted := &engine.Histogram{Scale: s.Scale()}
	judge := prometheus.NewHistogram(prometheus.HistogramOpts{
		NativeHistogramBucketFactor: math.Exp2(1.0 / 8),
	})
	for _, v := range values {
		counted.Add(uint64(v), true)
		judge.Observe(float64(v) / s.Divisor)
	}
	m := collect.New(s, time.Time{})
	m.Add([]collect.Hits{{Count: counted.Total(), Values: counted}}, time.Time{})
	points := m.Family().Points
	h, err := histogram(&points[0])
	var judged dto.Metric
	if err == nil {
		err = judge.Write(&judged)
	}
	if err != nil {
		t.Fatal(err)
	}
	return nativeOf(h), nativeOf(judged.GetHistogram())
}

func nativeOf(h *dto.Histogram) native {
	return native{
		Schema: h.GetSchema(), Threshold: h.GetZeroThreshold(),
		Count: h.GetSampleCount(), Zero: h.GetZeroCount(),
		Positive: bucketsOf(h.GetPositiveSpan(), h.GetPositiveDelta()),
		Negative: bucketsOf(h.GetNegativeSpan(), h.GetNegativeDelta()),
	}
}

// bucketsOf returns those that are not empty.
func bucketsOf(spans []*dto.BucketSpan, deltas []int64) map[int32]int64 {
	buckets := indexes(spans, deltas)
	maps.DeleteFunc(buckets, func(_ int32, count int64) bool { return count == 0 })
	return buckets
}
