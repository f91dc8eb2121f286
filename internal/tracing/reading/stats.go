package reading

import "github.com/go-usdt/usdt/internal/tracing/integer"

// Stats is what is known of the values of an argument. All figures are exact, except for Avg, which
// is the nearest float64. A figure that is unknown is null.
type Stats struct {
	Count uint64       `json:"count"` // hits at which the argument could be read
	Sum   *integer.Sum `json:"sum"`
	Avg   *float64     `json:"avg"`
	Min   *integer.Int `json:"min"`
	Max   *integer.Int `json:"max"`
}
