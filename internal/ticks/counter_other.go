//go:build !amd64 && !arm64

package ticks

func counter() (Ticks, uint32) { panic("ticks: no counter") }

func hasCounter() bool { return false }
