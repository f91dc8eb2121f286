//go:build linux && (amd64 || arm64)

package export

import (
	"encoding/json"
	"fmt"
	"testing"
)

// A histogram is a native one, as Prometheus answers.
type histogram struct {
	Time       float64
	Count, Sum string
	Buckets    [][4]any // which bounds belong to it; lower, upper; hits
}

// UnmarshalJSON reads a pair of time and histogram.
func (h *histogram) UnmarshalJSON(text []byte) error {
	type plain histogram
	return json.Unmarshal(text, &[]any{&h.Time, (*plain)(h)})
}

// compare returns what is wrong with a histogram of these values, none of which is negative: each
// bucket must have the hits up to its upper bound, and all buckets all hits.
func (h *histogram) compare(t *testing.T, values []float64) string {
	t.Helper()
	var sum float64
	for _, v := range values {
		sum += v
	}
	if number(t, h.Count) != float64(len(values)) || number(t, h.Sum) != sum {
		return fmt.Sprintf("count %s, want %d; sum %s, want %v", h.Count, len(values), h.Sum, sum)
	}
	var all float64
	for _, b := range h.Buckets {
		lower, upper := number(t, b[1].(string)), number(t, b[2].(string))
		var want float64
		for _, v := range values {
			if v > lower && v <= upper {
				want++
			}
		}
		got := number(t, b[3].(string))
		if got != want {
			return fmt.Sprintf("the bucket %v has %v hits, want %v", b, got, want)
		}
		all += got
	}
	if all != float64(len(values)) {
		return fmt.Sprintf("the buckets have %v hits, want %d", all, len(values))
	}
	return ""
}
