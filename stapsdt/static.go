//go:build linux && (amd64 || arm64)

package stapsdt

func UseSlots(address uintptr) {}
