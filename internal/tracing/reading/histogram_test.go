package reading_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/reading"
)

func TestFiguresHistogram(t *testing.T) {
	linear := func(lo, hi, step int64) histogram.Scale {
		s, err := histogram.Linear(lo, hi, step)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, scale := range []histogram.Scale{
		histogram.Log2(), linear(0, 1000, 50), linear(-7, 100, 9), linear(math.MinInt64, -1, 1<<62),
	} {
		h := &histogram.Histogram{Scale: scale}
		for _, v := range []int64{0, 1, -1, 15, 16, -16, 17, 33, 999, 1000, -1000, 1 << 40, -1 << 40,
			math.MaxInt64, math.MinInt64} {
			h.Add(uint64(v), true)
			h.Add(uint64(v), false)
		}
		document, err := json.Marshal(reading.NewFigures(h))
		if err != nil {
			t.Fatal(err)
		}
		var figures reading.Figures
		if err := json.Unmarshal(document, &figures); err != nil {
			t.Fatal(err)
		}
		got, err := figures.Histogram(scale)
		if diff := cmp.Diff(h, got, cmpopts.EquateApprox(1e-12, 0)); diff != "" || err != nil {
			t.Errorf("%+v: error %v (-want +got):\n%s", scale, err, diff)
		}
	}
}

func TestFiguresRefused(t *testing.T) {
	for document, want := range map[string]string{
		`{"buckets":[{"lo":null,"hi":4,"count":1}]}`: "bucket from infinity to 4: no end",
		`{"buckets":[{"lo":1.5,"hi":2,"count":1}]}`:  "bucket from 1.5 to 2",
		`{"buckets":[{"lo":16,"hi":17,"count":9223372036854775808},` +
			`{"lo":17,"hi":18,"count":9223372036854775808}]}`: "more values than can be counted",
		`{"buckets":[{"lo":1e99,"hi":1e100,"count":1}]}`: "bucket from 1e99",
	} {
		var figures reading.Figures
		if err := json.Unmarshal([]byte(document), &figures); err != nil {
			t.Fatal(err)
		}
		if _, err := figures.Histogram(histogram.Log2()); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", document, err, want)
		}
	}
}
