package integer

// Stats say of the values of an argument how many there were, their sum, the least and the
// greatest. All of them are exact. The zero value is that of no values.
type Stats struct {
	Count    uint64
	Sum      Sum
	Min, Max Int // 0 if there were none

	// TooMany says that the sum is not known: the kernel has added up more values than it can.
	TooMany bool
}

// Add adds the values of others.
func (s *Stats) Add(others Stats) {
	if others.Count == 0 {
		return
	}
	if s.Count == 0 || others.Min.Compare(s.Min) < 0 {
		s.Min = others.Min
	}
	if s.Count == 0 || others.Max.Compare(s.Max) > 0 {
		s.Max = others.Max
	}
	s.Count += others.Count
	s.Sum = s.Sum.Plus(others.Sum)
	s.TooMany = s.TooMany || others.TooMany
}

// StatsOf returns the stats of one value.
func StatsOf(i Int) Stats { return Stats{Count: 1, Sum: SumOf(i), Min: i, Max: i} }
