package uprobe

// Stack stands for the calls that have led to the hit, as Thread does for the id of the thread.
var Stack = Argument{Number: -16}

// MaxStack is how many addresses of a stack are kept: as many as the kernel finds, unless its
// setting kernel.perf_event_max_stack is changed.
const MaxStack = 127

// MaxStacks is how many stacks are told apart. Hits with others are counted together.
const MaxStacks = 1 << 14

// A UserStack is the calls that have led to a hit.
type UserStack struct {
	PID uint32 // the process whose addresses these are

	// Addresses has the instruction of the site, and then those to which the calls return, the
	// innermost call first. The kernel follows frame pointers, which programs of Go have. It is
	// empty for hits whose stack is not known: beyond MaxStacks.
	Addresses []uint64
}
