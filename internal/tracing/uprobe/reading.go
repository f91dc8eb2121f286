package uprobe

import "github.com/go-usdt/usdt/internal/tracing/histogram"

// A Group is the distribution of the hits with some values, or of all.
type Group struct {
	Key       []KeyValue // none, where others have some: all groups for which there was no room
	Histogram *histogram.Histogram
	Unplaced  uint64 // values that are missing in the histogram because there were too many
}

// A LatencyReading is what was measured so far. Each hit is in it once: in a pair, or in one of the
// numbers.
type LatencyReading struct {
	Histogram *histogram.Histogram // of the pairs, in nanoseconds
	Groups    []Group              // with PairOptions.By the same by its values, in no order

	Unplaced    uint64 // pairs that are missing in a histogram because there were too many values
	Open        uint64 // starts whose end has not come yet
	FellOut     uint64 // starts that made room for later ones: their ends, if they come, are alone
	EndsAlone   uint64 // ends without a start
	Hidden      uint64 // pairs whose start does not satisfy the filter
	StartsAgain uint64 // starts that another start with the same key replaced
	Unreadable  uint64 // hits whose key could not be read

	// Lost counts starts for which the kernel had no memory, and hits while another BPF program was
	// running on the same processor.
	Lost uint64

	Room int // about how many starts can wait for their ends
}
