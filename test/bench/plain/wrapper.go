//go:build linux && cgo && (amd64 || arm64)

// Package plain fires probes through libstapsdt in C, for comparison: as a plain cgo wrapper of
// that library does, with a cgo call for each C function, and in a loop that is written in C.
package plain

/*
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"unsafe"

	libstapsdt "github.com/go-usdt/usdt/vendor_c"
)

// Wire sizes in bytes, negative when signed.
const (
	address libstapsdt.ArgType = 8
	int64s  libstapsdt.ArgType = -8
)

// Wrapper is a provider with two probes that is used through cgo only.
type Wrapper struct {
	Ints *libstapsdt.Probe // the probe ints: two int64
	Text *libstapsdt.Probe // the probe text: a string and an int64

	provider *libstapsdt.Provider
}

// LoadWrapper loads the provider. The caller calls Close.
func LoadWrapper(name string) (_ *Wrapper, err error) {
	provider, err := libstapsdt.Init(name)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			provider.Destroy()
		}
	}()
	w := &Wrapper{provider: provider}
	if w.Ints, err = provider.AddProbe("ints", int64s, int64s); err != nil {
		return nil, err
	}
	if w.Text, err = provider.AddProbe("text", address, int64s); err != nil {
		return nil, err
	}
	if err := provider.Load(); err != nil {
		return nil, fmt.Errorf("load %s: %w", name, err)
	}
	return w, nil
}

// FireText fires the probe text with a copy of s that C allocates and frees.
func (w *Wrapper) FireText(s string, n int64) {
	text := C.CString(s)
	w.Text.Fire(uint64(uintptr(unsafe.Pointer(text))), uint64(n))
	C.free(unsafe.Pointer(text))
}

// Path is the file that the probes are published in.
func (w *Wrapper) Path() string { return w.provider.Filename() }

// Close frees the provider; its probes must not be used afterwards.
func (w *Wrapper) Close() { w.provider.Destroy() }
