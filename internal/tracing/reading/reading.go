package reading

import "time"

// Count is how often probes were hit in an interval, and since the beginning.
type Count struct {
	Time    time.Time    `json:"time"`    // when the interval ended
	Seconds float64      `json:"seconds"` // how long it was
	Probes  []ProbeCount `json:"probes"`
	Missed  uint64       `json:"missed"` // hits that could not be counted, since the beginning

	// Others are hits that are of none of the groups, because there were too many; nil if there are
	// none.
	Others      *uint64          `json:"others,omitempty"`
	OthersStats map[string]Stats `json:"others_stats,omitempty"`

	OthersIntervalStats map[string]Stats `json:"others_interval_stats,omitempty"`

	Units map[string]string `json:"units,omitempty"` // of the arguments with stats that have one
	More  int               `json:"more,omitempty"`  // rows that were not asked for
}

// ProbeCount is how often a probe was hit, or how often with one value of an argument.
type ProbeCount struct {
	Provider string `json:"provider"`
	Probe    string `json:"probe"`
	By       any    `json:"by,omitempty"`  // the value that groups the hits; of several a list
	Cut      bool   `json:"cut,omitempty"` // a text of it was cut: other texts may be in the group
	Hits     uint64 `json:"hits"`          // in the interval
	Total    uint64 `json:"total"`         // since the beginning

	// What is known of the values of arguments, by name or number; nil if nobody has asked.
	Stats      map[string]Stats `json:"stats,omitempty"`       // in the interval
	TotalStats map[string]Stats `json:"total_stats,omitempty"` // since the beginning
	Stack      []Frame          `json:"stack,omitempty"`       // with --stack, the innermost first
}

// Hist is how often an argument had which values since the beginning.
type Hist struct {
	Time       time.Time `json:"time"`
	Seconds    float64   `json:"seconds"` // since the beginning
	Probes     []string  `json:"probes"`
	Arg        any       `json:"arg"`            // its number or, if the user gave that, its name
	Unit       string    `json:"unit,omitempty"` // of the values; none if that is not known
	Groups     []Group   `json:"groups"`         // those with most values first, never null
	Others     *Group    `json:"others,omitempty"`
	More       int       `json:"more,omitempty"` // groups that were not asked for
	Unreadable uint64    `json:"unreadable"`
	Lost       uint64    `json:"lost"`
}

// Group is the histogram of the hits that have some values. That of Others has all groups for which
// there was no room.
type Group struct {
	By       any    `json:"by"`                 // the value, of several a list, or null for none
	Cut      bool   `json:"cut,omitempty"`      // a text of it was cut: others may be in the group
	Unplaced uint64 `json:"unplaced,omitempty"` // values that are missing here: there were too many
	Figures
	Stack []Frame `json:"stack,omitempty"` // with --stack, the innermost first
}

// MaxOpen is for how many starts of a latency there is room until their ends come.
const MaxOpen = 1 << 16

// Latency is the time between the hits of two probes, in nanoseconds.
type Latency struct {
	Time    time.Time `json:"time"`
	Seconds float64   `json:"seconds"` // since the beginning
	Start   string    `json:"start"`
	End     string    `json:"end"`
	Key     any       `json:"key"`  // the name or number of the argument, as the user wrote it; or tid
	Unit    string    `json:"unit"` // ns
	Figures
	Groups      []Group `json:"groups,omitempty"` // with values to group by, most pairs first
	Others      *Group  `json:"others,omitempty"`
	More        int     `json:"more,omitempty"` // groups that were not asked for
	Open        uint64  `json:"open"`           // starts whose end has not come yet
	FellOut     uint64  `json:"fell_out"`       // starts that made room for later ones
	EndsAlone   uint64  `json:"ends_alone"`     // ends without a start
	Hidden      uint64  `json:"hidden"`         // pairs whose start does not satisfy the filter
	StartsAgain uint64  `json:"starts_again"`   // starts replaced by another with the same key
	Unreadable  uint64  `json:"unreadable"`
	Lost        uint64  `json:"lost"`
}

// Frame is a function of a stack.
type Frame struct {
	Address  uint64 `json:"address"`            // of the instruction, in the process
	Function string `json:"function,omitempty"` // none if nobody knows
	Offset   uint64 `json:"offset"`             // in bytes: in the function or, if none, in object
	File     string `json:"file,omitempty"`     // of the source
	Line     int    `json:"line,omitempty"`
	Inlined  bool   `json:"inlined,omitempty"` // into the function that follows
	Object   string `json:"object,omitempty"`  // the program or library
}
