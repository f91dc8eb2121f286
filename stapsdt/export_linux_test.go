//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"syscall"
	"unsafe"
)

// MaxResting is the number of retired pages that rest before they are used again.
const MaxResting = maxResting

// StopTheWorld is what ends the rest of retired pages.
var StopTheWorld = stopTheWorld

// Wake lets the next Load use all retired pages.
func Wake() {
	retired.Lock()
	defer retired.Unlock()
	retired.wake()
}

// Retired reports whether the pages at address are unused.
func Retired(address unsafe.Pointer) bool {
	retired.Lock()
	defer retired.Unlock()
	for _, s := range append(retired.resting, retired.idle...) {
		if uintptr(address) >= uintptr(s.addr) && uintptr(address) < uintptr(s.end()) {
			return true
		}
	}
	return false
}

// RetiredPages is how many pages are unused.
func RetiredPages() int {
	retired.Lock()
	defer retired.Unlock()
	size := retired.restingSize()
	for _, s := range retired.idle {
		size += s.size
	}
	return int(size) / syscall.Getpagesize()
}
