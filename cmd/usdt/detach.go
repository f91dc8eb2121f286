//go:build linux

package main

import (
	"context"
	"sync"
	"time"
)

// detachAtEnd has the tracing end with ctx, whatever its output is waiting for: the traced program is free as
// soon as the user says so. The function that it returns also ends it, or waits for that, and returns when it
// ended; the caller calls it before anything is closed.
func detachAtEnd(ctx context.Context, tracing interface{ Detach() error }) func() (time.Time, error) {
	detach := sync.OnceValues(func() (time.Time, error) {
		end := time.Now() // detaching takes a while
		return end, tracing.Detach()
	})
	context.AfterFunc(ctx, func() { _, _ = detach() }) // whoever calls it next gets the error
	return detach
}
