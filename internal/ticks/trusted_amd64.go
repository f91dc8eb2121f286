//go:build !linux

package ticks

// isTrusted returns true: the processor's word counts.
func isTrusted() bool { return true }
