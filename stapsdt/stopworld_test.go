//go:build linux && cgo && (amd64 || arm64)

package stapsdt_test

import (
	"runtime"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/recorder"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestStopTheWorld: what ends the rest of retired pages waits for a goroutine that has entered a
// site. The use of pages by another provider relies on this property of the runtime.
func TestStopTheWorld(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(max(2, runtime.GOMAXPROCS(0))))
	provider := newProvider(t)
	probe := stapsdt.MustProbe0(provider, "p")
	probe.ForceEntry(pointer(recorder.HoldFunc()))
	returned := make(chan bool)
	go recorder.Release()
	await(recorder.Releasing) // else its goroutine could wait behind the one that is held
	go func() {
		probe.Fire()
		close(returned)
	}()
	await(recorder.Entered)
	recorder.Expect()
	stapsdt.StopTheWorld()
	if !recorder.Left() {
		t.Error("the world was stopped while a goroutine was in a site")
	}
	<-returned
	probe.Unforce()
}

func await(condition func() bool) {
	for !condition() {
		runtime.Gosched()
	}
}
