// Package profile writes profiles that go tool pprof opens: counts and sums by stacks, in the
// format of github.com/google/pprof/proto/profile.proto, compressed by gzip.
package profile

import (
	"time"

	"github.com/go-usdt/usdt/internal/tracing/symbol"
)

// A Profile is what was measured by stacks.
type Profile struct {
	Types    []Type // of the values of each sample; the last one is shown if the user names none
	Samples  []Sample
	Began    time.Time
	Duration time.Duration
	Comments []string
}

// A Type says what a value is: hits in the unit count, a time in nanoseconds.
type Type struct{ Name, Unit string }

// A Sample is what was measured for one stack and some labels.
type Sample struct {
	Stack  []Location // the innermost call first
	Values []int64    // one for each of the types
	Labels []Label
}

// A Label tells samples of one stack apart.
type Label struct{ Name, Text string }

// A Location is an instruction of a process.
type Location struct {
	Process uint32
	Address uint64
	Object  string         // the program or library that is mapped there; "" if none is known
	Frames  []symbol.Frame // the innermost first; none if they are not known
}
