//go:build linux && cgo && (amd64 || arm64)

package plain

// This package has a copy of the library of its own. The flags are those of vendor_c.

/*
#cgo CFLAGS: -std=gnu11 -O2 -DLIBSTAPSDT_IN_GO -D_GNU_SOURCE=1 -Wno-unused-function
#cgo LDFLAGS: -ldl

#include <stdint.h>
#include <stdlib.h>
#include "../../../vendor_c/unit.h"

static SDTProbe_t *add_ints(SDTProvider_t *p) {
	return providerAddProbe(p, "ints", 2, int64, int64);
}

static SDTProbe_t *add_text(SDTProvider_t *p) {
	return providerAddProbe(p, "text", 2, uint64, int64);
}

static void fire_ints(SDTProbe_t *p, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		probeFire(p, i, i);
	}
}

static void fire_text(SDTProbe_t *p, const char *s, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		probeFire(p, s, i);
	}
}
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// Loop is a provider with the same two probes as a Wrapper's, fired by C in a loop.
type Loop struct {
	provider   *C.SDTProvider_t
	ints, text *C.SDTProbe_t
	s          *C.char
}

// LoadLoop loads the provider, whose probe text will be fired with s. The caller calls Close.
func LoadLoop(name, s string) (*Loop, error) {
	c := C.CString(name)
	defer C.free(unsafe.Pointer(c))
	l := &Loop{provider: C.providerInit(c), s: C.CString(s)}
	if l.provider == nil {
		defer l.Close()
		return nil, fmt.Errorf("load %s: providerInit failed", name)
	}
	l.ints, l.text = C.add_ints(l.provider), C.add_text(l.provider)
	if C.providerLoad(l.provider) != 0 {
		defer l.Close()
		return nil, fmt.Errorf("load %s: %s", name, C.GoString(l.provider.error))
	}
	return l, nil
}

// FireInts makes one cgo call that fires the probe ints n times.
func (l *Loop) FireInts(n int64) { C.fire_ints(l.ints, C.int64_t(n)) }

// FireText makes one cgo call that fires the probe text n times.
func (l *Loop) FireText(n int64) { C.fire_text(l.text, l.s, C.int64_t(n)) }

// Path is the file that the probes are published in.
func (l *Loop) Path() string { return C.GoString(l.provider._filename) }

// Close frees the provider.
func (l *Loop) Close() {
	C.providerDestroy(l.provider)
	C.free(unsafe.Pointer(l.s))
}
