package uprobe

import "github.com/go-usdt/usdt/internal/tracing/integer"

// Process and Command stand for the id of the process and the name of the thread, as Thread does
// for the id of the thread.
var (
	Process = Argument{Number: -3}
	Command = Argument{Number: -4}
)

// MaxKeyText is how many bytes of a text tell groups of counts apart, if it is the only text.
const MaxKeyText = 255

// MaxGroups is how many groups are counted. Hits of others are counted together.
const MaxGroups = 1 << 16

// A By is one of the values by which hits are grouped.
type By struct {
	Argument      // or Process, Thread, Command, Stack
	Text     bool // the argument points to text
}

// A KeyValue is a value of a group: an integer, a text, which may be cut, or a stack.
type KeyValue struct {
	Int   integer.Int
	Text  string
	IsCut bool // there is more text: other texts may be in the group
	Stack UserStack
}

// A GroupCount is how often a probe was hit with some values.
type GroupCount struct {
	Probe int // its index
	Key   []KeyValue
	Hits  uint64
}
