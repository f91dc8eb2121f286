package uprobe

import (
	"math"
	"os"
	"sync/atomic"
	"testing"
	"unsafe"
)

// semaphore is not on a stack, which can move. The count is its first half.
var semaphore atomic.Uint32

// TestFullSemaphore: a count that cannot grow stays. If it became 0, the probes would be off.
func TestFullSemaphore(t *testing.T) {
	semaphore.Store(math.MaxUint16)
	address := uint64(uintptr(unsafe.Pointer(&semaphore)))
	for _, step := range []struct{ delta, want int }{{1, math.MaxUint16}, {-1, math.MaxUint16 - 1}} {
		if err := addToSemaphore(os.Getpid(), address, step.delta); err != nil {
			t.Fatal(err)
		}
		if got := int(semaphore.Load()); got != step.want {
			t.Errorf("%+d: %d, want %d", step.delta, got, step.want)
		}
	}
}
