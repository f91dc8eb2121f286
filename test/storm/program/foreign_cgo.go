//go:build linux && cgo

package main

/*
#cgo LDFLAGS: -pthread
#include <stdint.h>
void callFromThread(uintptr_t f);
*/
import "C"

import "runtime/cgo"

// foreign fires from a thread that C has made, in a call back from C.
func (g *gust) foreign() {
	h := cgo.NewHandle(func() {
		g.fire()
		g.deep(20)
	})
	defer h.Delete()
	C.callFromThread(C.uintptr_t(h))
	g.wind.storm.counters.foreign.Add(1)
}

//export callBack
func callBack(f C.uintptr_t) { cgo.Handle(f).Value().(func())() }
