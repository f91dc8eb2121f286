package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// percentiles are the percentiles that are written of every histogram.
var percentiles = []float64{50, 90, 99}

// figures describes the values of a histogram in one line.
func figures(h *histogram.Histogram) string {
	var b strings.Builder
	fmt.Fprintf(&b, "count %d  mean %s", h.Total(), h.Unit.Format(h.Mean()))
	for _, p := range percentiles {
		fmt.Fprintf(&b, "  p%g %s", p, percentile(h, p))
	}
	fmt.Fprintf(&b, "  max %s", h.Unit.FormatInteger(h.Max))
	return b.String()
}

// percentile writes a percentile, or the end of a linear scale beyond which it is.
func percentile(h *histogram.Histogram, p float64) string {
	switch {
	case isBelow(h, p):
		return "<" + h.Unit.Format(float64(h.Scale.Lo))
	case isAbove(h, p):
		return ">=" + h.Unit.Format(float64(h.Scale.Hi))
	}
	return h.Unit.Format(h.Percentile(p))
}

func isBelow(h *histogram.Histogram, p float64) bool {
	return h.Scale.Linear && p/100*float64(h.Total()) <= float64(h.Counts[-1])
}

func isAbove(h *histogram.Histogram, p float64) bool {
	return h.Scale.Linear && h.Percentile(p) >= float64(h.Scale.Hi)
}

// writeHistogram draws the histogram, in lines of at most width columns, and writes its figures.
func writeHistogram(w io.Writer, width int, h *histogram.Histogram) error {
	if err := h.Draw(w, width); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s\n", figures(h))
	return err
}

// figuresJSON is a histogram in JSON. A figure that is unknown, or beyond an end of a linear scale,
// is null. The names of the members are an interface.
type figuresJSON struct {
	Count   uint64       `json:"count"`
	Mean    *float64     `json:"mean"`
	P50     *float64     `json:"p50"`
	P90     *float64     `json:"p90"`
	P99     *float64     `json:"p99"`
	Max     *integer.Int `json:"max"`
	Buckets []bucketJSON `json:"buckets"` // those with values, in order
}

// bucketJSON has the values from Lo, which is included, to Hi, which is not. Of negative values on
// a scale of powers of two, Lo is not included and Hi is. An end that is null is infinite.
type bucketJSON struct {
	Lo    *json.Number `json:"lo"`
	Hi    *json.Number `json:"hi"`
	Count uint64       `json:"count"`
}

func newFiguresJSON(h *histogram.Histogram) figuresJSON {
	j := figuresJSON{Count: h.Total(), Buckets: []bucketJSON{}} // never null
	for _, index := range slices.Sorted(maps.Keys(h.Counts)) {
		lo, hi := h.Scale.Bounds(index)
		j.Buckets = append(j.Buckets, bucketJSON{bound(lo), bound(hi), h.Counts[index]})
	}
	if j.Mean = number(h.Mean()); j.Count > 0 {
		j.Max = &h.Max
	}
	for i, field := range []**float64{&j.P50, &j.P90, &j.P99} {
		if p := percentiles[i]; !isBelow(h, p) && !isAbove(h, p) {
			*field = number(h.Percentile(p))
		}
	}
	return j
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
