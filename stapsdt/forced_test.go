//go:build linux && cgo && (amd64 || arm64)

package stapsdt_test

import (
	"unsafe"

	"github.com/go-usdt/usdt/internal/testing/recorder"
	"github.com/go-usdt/usdt/stapsdt"
)

// forced makes the probe call the recording C function instead of a site.
func forced(p *stapsdt.Probe) {
	entry := recorder.Func()
	p.ForceEntry(*(*unsafe.Pointer)(unsafe.Pointer(&entry)))
}
