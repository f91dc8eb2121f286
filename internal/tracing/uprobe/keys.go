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
	Argument      // or Process, Thread, Command
	Text     bool // the argument points to text
}

// A KeyValue is a value of a group: an integer, or a text, which may be cut.
type KeyValue struct {
	Int   integer.Int
	Text  string
	IsCut bool // there is more text: other texts may be in the group
}

// Others stands for the index of a probe where a GroupCount has hits of all groups for which there
// was no room.
const Others = -1

// A GroupCount is how often a probe was hit with some values.
type GroupCount struct {
	Probe int // its index, or Others
	Key   []KeyValue
	Hits  uint64
	Stats []Stats // of the arguments that are added up; one that could not be read is in none
}
