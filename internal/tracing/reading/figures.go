package reading

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// Figures is a histogram in JSON. A figure that is unknown, or beyond an end of a linear scale, is
// null.
type Figures struct {
	Count uint64       `json:"count"`
	Mean  *float64     `json:"mean"`
	P50   *float64     `json:"p50"`
	P90   *float64     `json:"p90"`
	P99   *float64     `json:"p99"`
	Max   *integer.Int `json:"max"`

	// Quantiles are the percentiles that were asked for, by their numbers; nil if none were.
	Quantiles map[string]*float64 `json:"quantiles,omitempty"`

	Buckets []Bucket `json:"buckets"` // those with values, in order
}

// Bucket has the values from Lo, which is included, to Hi, which is not. Of negative values on a
// scale of powers of two, Lo is not included and Hi is. An end that is null is infinite.
type Bucket struct {
	Lo    *json.Number `json:"lo"`
	Hi    *json.Number `json:"hi"`
	Count uint64       `json:"count"`
}

// NewFigures returns the figures of a histogram.
func NewFigures(h *histogram.Histogram) Figures {
	f := Figures{Count: h.Total(), Buckets: []Bucket{}} // never null
	for _, index := range slices.Sorted(maps.Keys(h.Counts)) {
		lo, hi := h.Scale.Bounds(index)
		f.Buckets = append(f.Buckets, Bucket{bound(lo), bound(hi), h.Counts[index]})
	}
	if f.Mean = number(h.Mean()); f.Count > 0 {
		f.Max = &h.Max
	}
	f.P50, f.P90, f.P99 = percentile(h, 50), percentile(h, 90), percentile(h, 99)
	return f
}

// percentile returns nil for a percentile beyond an end of a linear scale.
func percentile(h *histogram.Histogram, p float64) *float64 {
	if h.IsBelow(p) || h.IsAbove(p) {
		return nil
	}
	return number(h.Percentile(p))
}

// number returns nil, which JSON writes as null, for what is no number of JSON.
func number(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

// bound is number for the end of a bucket. All digits are written, because a float64 holds powers
// of two exactly.
func bound(v float64) *json.Number {
	if math.IsInf(v, 0) {
		return nil
	}
	digits := json.Number(strconv.FormatFloat(v, 'f', 0, 64))
	return &digits
}
