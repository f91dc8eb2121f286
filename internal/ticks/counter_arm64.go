package ticks

// counter returns the virtual count of the generic timer, and Spread.
func counter() (Ticks, uint32) { return count(), Spread() }

//go:noescape
func count() Ticks

// fence lets what follows begin when the count was read.
func fence()

// hasCounter returns true: the architecture has one count for all processors, and the systems that
// Go runs on let programs read it.
func hasCounter() bool { return true }
