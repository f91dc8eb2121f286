package reading

import (
	"errors"

	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// Stats is what is known of the values of an argument. All figures are exact, except for Avg, which
// is the nearest float64. A figure that is unknown is null.
type Stats struct {
	Count uint64       `json:"count"` // hits at which the argument could be read
	Sum   *integer.Sum `json:"sum"`
	Avg   *float64     `json:"avg"`
	Min   *integer.Int `json:"min"`
	Max   *integer.Int `json:"max"`
}

// NewStats returns the figures of stats.
func NewStats(s integer.Stats) Stats {
	of := Stats{Count: s.Count}
	if s.Count > 0 {
		of.Min, of.Max = &s.Min, &s.Max
	}
	if s.Count > 0 && !s.TooMany {
		average, _ := s.Sum.Over(s.Count).Float64()
		of.Sum, of.Avg = &s.Sum, &average
	}
	return of
}

// Integers undoes [NewStats]. The error says what somebody else must have made.
func (s Stats) Integers() (integer.Stats, error) {
	of := integer.Stats{Count: s.Count, TooMany: s.Count > 0 && s.Sum == nil}
	switch {
	case s.Count == 0:
		return of, nil
	case s.Min == nil || s.Max == nil:
		return of, errors.New("values without a least or a greatest one")
	case s.Sum != nil:
		of.Sum = *s.Sum
	}
	of.Min, of.Max = *s.Min, *s.Max
	return of, nil
}
