//go:build linux && cgo && (amd64 || arm64)

package stapsdt_test

import (
	"unsafe"

	"github.com/go-usdt/usdt/internal/testing/recorder"
	"github.com/go-usdt/usdt/stapsdt"
)

// forced makes the probe call the recording C function instead of a site.
func forced(p *stapsdt.Probe) {
	p.ForceEntry(pointer(recorder.Func()))
}

// pointer converts an address that is not the garbage collector's.
func pointer(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }
