package uprobe

import "time"

// An Event is one hit of a probe. Its slices are valid until the next call of Next.
type Event struct {
	Probe    int       // the probe's index in the argument of Trace
	Time     time.Time // of the wall clock; differences between events are exact to the nanosecond
	PID, TID uint32
	Comm     []byte // the thread's name, at most 15 bytes, which can have any value
	Args     []Value
	Stack    []uint64 // as in UserStack, if TraceOptions.Stack asks for it
}

// A SlowPair is a pair of hits that took long. Its slices are valid until the next call of Next.
type SlowPair struct {
	Start, End Event // Probe is the index among the starts or the ends
	Took       time.Duration
}

// A Value is an argument of an event.
type Value struct {
	Int  uint64 // extended to 64 bits, as the note says
	Read bool   // whether the argument could be read

	// Captured says that the argument has a Capture and could be read. Data is then the captured
	// bytes, of Length in all, and Cut says that they are not all. The Length of a text that was
	// cut is the length that was seen.
	Captured bool
	Data     []byte
	Length   uint64
	Cut      bool
}

// A Capture asks for the text or bytes that an argument points to at the moment of the event.
type Capture struct {
	Arg int // the argument that is the address

	// Length is the argument that is the number of bytes; -1 for text that ends at a NUL.
	Length int

	// Max is how many bytes are copied at most, without the NUL of a text: from 1 to MaxCapture.
	Max int
}

// MaxCapture is how many bytes the captures of one probe can take together.
const MaxCapture = 24 << 10
