package runtimeprobe

import (
	"fmt"

	"github.com/go-usdt/usdt/instrument/internal/callers"
)

// ReportPanic fires the probe panic if the goroutine panics, and lets the panic go on. It must be
// deferred directly:
//
//	go func() {
//		defer runtimeprobe.ReportPanic()
//		...
//	}()
//
// While nobody traces the probe, it does nothing.
func ReportPanic() {
	if !panicked.Enabled() {
		return
	}
	if value := recover(); value != nil {
		panicked.Fire(fmt.Sprint(value), callers.OfPanic())
		panic(value) // the stack of the first is still there
	}
}
