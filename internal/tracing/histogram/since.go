package histogram

// Since returns the histogram of the values that have come since h was before, as far as that can
// be told: if none of them is larger than all before, the largest of them is known like a
// percentile.
func (h *Histogram) Since(before *Histogram) *Histogram {
	d := &Histogram{Scale: h.Scale, Unit: h.Unit, Sum: h.Sum, Max: h.Max}
	if before != nil {
		d.Sum -= before.Sum
	}
	for index, count := range h.Counts {
		if before != nil {
			count -= min(count, before.Counts[index])
		}
		if count == 0 {
			continue
		}
		if d.Counts == nil {
			d.Counts = make(map[int]uint64)
		}
		d.Counts[index] = count
	}
	if before == nil || before.Total() == 0 || h.Max != before.Max || d.Total() == 0 {
		return d
	}
	indexes := d.indexes()
	if last := d.Scale.representative(indexes[len(indexes)-1]); last.Compare(h.Max) < 0 {
		d.Max = last
	}
	return d
}
