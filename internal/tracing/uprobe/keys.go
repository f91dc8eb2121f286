package uprobe

import "github.com/go-usdt/usdt/internal/tracing/integer"

// Process, Command, Container and Pod stand for the id of the process, the name of the thread and,
// both, the id of the process's cgroup of version 2, as Thread does for the id of the thread.
var (
	Process   = Argument{Number: -3}
	Command   = Argument{Number: -4}
	Container = Argument{Number: -5}
	Pod       = Argument{Number: -7}
)

// MaxKeyText is how many bytes of a text tell groups apart, if it is the only text.
const MaxKeyText = 255

// MaxGroups is how many groups there are, and as many again of longer texts. Hits of others are
// counted together.
const MaxGroups = 1 << 16

// A By is one of the values by which hits, or pairs, are grouped.
type By struct {
	Argument      // or Process, Thread, Command, Container, Pod, Stack
	Text     bool // the argument points to text
	OfEnd    bool // of a pair, the value is one of the end, not of the start

	// Name, unless nil, makes a text of an integer. It is for what people know by a name, such as
	// the container that a cgroup is for. Groups whose names are the same are one.
	Name func(uint64) string
}

// isOfHit reports whether every hit has the value: it is no argument.
func (b By) isOfHit() bool {
	switch b.Argument {
	case Process, Thread, Command, Container, Pod, Stack:
		return true
	}
	return false
}

// A KeyValue is a value of a group: an integer, a text, which may be cut, or a stack.
type KeyValue struct {
	Int   integer.Int
	Text  string
	IsCut bool // there is more text: other texts may be in the group
	Stack UserStack
}

// Others stands for the index of a probe where a GroupCount has hits of all groups for which there
// was no room.
const Others = -1

// A GroupCount is how often a probe was hit with some values.
type GroupCount struct {
	Probe int // its index, or Others
	Key   []KeyValue
	Hits  uint64
	Stats []integer.Stats // of the arguments that are added up; one that could not be read is in none

	// With Options.Last, the last value, and when it came: nanoseconds of the monotonic clock, 0 if
	// there was none that could be read.
	Last integer.Int
	When uint64
}
