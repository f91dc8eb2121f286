package ticks

// counter returns the virtual count of the generic timer, and a number of the goroutine. A tick may
// last 40 ns, so a goroutine can fire twice within one. Its number stays the same, so the order of
// the two is known.
//
//go:noescape
func counter() (Ticks, uint32)

// fence lets what follows begin when the count was read.
func fence()

// hasCounter returns true: the architecture has one count for all processors, and the systems that
// Go runs on let programs read it.
func hasCounter() bool { return true }
