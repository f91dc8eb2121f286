package uprobe

import (
	"fmt"

	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// readGroups returns the histogram of each group, in no particular order. The function keys is
// asked after the rows are read: it then knows the ids of their groups. When there is an error,
// groups may be missing.
func (c *valueCounts) readGroups(
	scale histogram.Scale, keys func() (map[uint64][]KeyValue, error),
) ([]Group, error) {
	byID := make(map[uint64]*Group)
	of := func(id uint64) *Group {
		if byID[id] == nil {
			byID[id] = &Group{Histogram: &histogram.Histogram{Scale: scale}}
		}
		return byID[id]
	}
	if err := c.rows.read(c.session, func(k rowKey, rows []row) {
		addTo(of(k.Group).Histogram, k, rows)
	}); err != nil {
		return nil, err
	}
	unplaced, err := c.unplaced()
	if err != nil {
		return nil, err
	}
	for id, n := range unplaced {
		of(id).Unplaced = n
	}
	values, err := keys()
	if err != nil {
		return nil, err
	}
	return merged(byID, values), nil
}

// merged returns the groups with their keys. Texts that are the same as far as they are kept can be
// in several groups of the kernel, which are one.
func merged(byID map[uint64]*Group, keys map[uint64][]KeyValue) []Group {
	index := make(map[string]int)
	var groups []Group
	for id, g := range byID {
		g.Key = keys[id]
		name := fmt.Sprintf("%#v", g.Key)
		i, known := index[name]
		if !known {
			index[name] = len(groups)
			groups = append(groups, *g)
			continue
		}
		groups[i].Histogram.Merge(g.Histogram)
		groups[i].Unplaced += g.Unplaced
	}
	return groups
}

// addTo adds what each processor has counted in a row to h. A row can be read between its count
// and its largest value, which then is not less than the least value of the bucket.
func addTo(h *histogram.Histogram, k rowKey, rows []row) {
	for _, r := range rows {
		signed, upper, maxBits := k.Signed != 0, float64(r.High), r.Max
		if signed {
			upper = float64(int64(r.High)) // #nosec G115 -- the same bits
			maxBits ^= 1 << 63
		}
		sum, largest := upper*(1<<32)+float64(r.Low), integer.Of(maxBits, signed)
		for i := rowBuckets - 1; i >= 0; i-- {
			if r.Counts[i] == 0 {
				continue
			}
			index := int(k.Row)<<rowBits + i
			if least := h.Scale.Least(index); largest.Compare(least) < 0 {
				largest = least
			}
			h.AddBucket(index, r.Counts[i], sum, largest)
			sum = 0 // of the whole row
		}
	}
}
