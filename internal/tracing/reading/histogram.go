package reading

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
)

// Histogram undoes [NewFigures]: it returns the histogram on the scale. The error says which figure
// somebody else must have made.
func (f Figures) Histogram(s histogram.Scale) (*histogram.Histogram, error) {
	h := &histogram.Histogram{Scale: s}
	var total uint64
	for _, b := range f.Buckets {
		index, err := b.index(s)
		if err != nil {
			return nil, fmt.Errorf("bucket from %v to %v: %w", text(b.Lo), text(b.Hi), err)
		}
		if b.Count > math.MaxUint64-total {
			return nil, errors.New("buckets have more values than can be counted")
		}
		total += b.Count
		if h.Counts == nil {
			h.Counts = make(map[int]uint64)
		}
		h.Counts[index] += b.Count
	}
	if f.Mean != nil {
		h.Sum = *f.Mean * float64(h.Total())
	}
	if f.Max != nil {
		h.Max = *f.Max
	}
	return h, nil
}

// index returns the index of the bucket. Of its ends, the one that it includes has the same.
func (b Bucket) index(s histogram.Scale) (int, error) {
	switch {
	case s.Linear && b.Lo == nil:
		return -1, nil
	case s.Linear && b.Hi == nil:
		return s.Len(), nil
	case b.Lo == nil || b.Hi == nil:
		return 0, fmt.Errorf("no end")
	}
	included := b.Lo.String()
	if !s.Linear && included != "" && included[0] == '-' {
		included = b.Hi.String()
	}
	if n, err := strconv.ParseInt(included, 10, 64); err == nil {
		return s.Bucket(uint64(n), true), nil // #nosec G115 -- the same bits
	}
	n, err := strconv.ParseUint(included, 10, 64)
	return s.Bucket(n, false), err
}

func text(n *json.Number) string {
	if n == nil {
		return "infinity"
	}
	return n.String()
}
