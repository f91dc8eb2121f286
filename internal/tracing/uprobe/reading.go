package uprobe

import (
	"github.com/go-usdt/usdt/internal/tracing/histogram"
	"github.com/go-usdt/usdt/internal/tracing/integer"
)

// byWords is the room, in words of 8 bytes, for a text that tells groups apart. The last byte is
// the number of the bytes, or 0 for a text that ends with a NUL.
const byWords = 8

// MaxByText is how many bytes of a text tell groups apart.
const MaxByText = 8*byWords - 1

// A Group is the distribution for one value of the argument By, or for all events.
type Group struct {
	By        integer.Int // the value of the argument, unless it is a text
	Text      string      // the text that the argument points to, if groups are those of texts
	Histogram *histogram.Histogram
}

// A LatencyReading is what was measured so far. Each hit is in it once: in a pair, or in one of the
// numbers.
type LatencyReading struct {
	Histogram *histogram.Histogram // of the pairs, in nanoseconds
	Groups    []Group              // with PairOptions.By the same by its values, in no order

	Open        uint64 // starts whose end has not come yet
	FellOut     uint64 // starts that made room for later ones: their ends, if they come, are alone
	EndsAlone   uint64 // ends without a start
	Hidden      uint64 // pairs whose start does not satisfy the filter
	StartsAgain uint64 // starts that another start with the same key replaced
	Unreadable  uint64 // hits whose key could not be read

	// Lost counts hits for which the kernel had no memory, and hits while another BPF program was
	// running on the same processor.
	Lost uint64

	Room int // about how many starts can wait for their ends
}
