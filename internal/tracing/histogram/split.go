package histogram

import "github.com/go-usdt/usdt/internal/tracing/integer"

// SplitStep is what the index of a bucket grows by with each of Scale.Splits that its values are
// above. The indexes of Log2 buckets are far from half of it.
const SplitStep = 1 << 11

// above returns how many of the splits a value is above.
func (s Scale) above(v uint64, signed bool) int {
	value := integer.Of(v, signed)
	for i, split := range s.Splits {
		if value.Compare(integer.Of(uint64(split), true)) <= 0 { // #nosec G115 -- the same bits
			return i
		}
	}
	return len(s.Splits)
}

// Above returns how many of the splits the values of a bucket are above.
func (s Scale) Above(index int) int {
	if s.Linear {
		return 0
	}
	return (index + SplitStep/2) / SplitStep
}

// unsplit returns the index of the bucket without splits that has the values of a bucket.
func (s Scale) unsplit(index int) int { return index - s.Above(index)*SplitStep }
