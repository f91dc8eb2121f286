//go:build !amd64 && !arm64

package ticks

func counter() (Ticks, uint32) { panic("ticks: no counter") }

// fence does nothing: a clock that is no counter is read by a call that is not reordered.
func fence() {}

func hasCounter() bool { return false }
