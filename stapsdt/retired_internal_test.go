//go:build linux && (amd64 || arm64)

package stapsdt

import (
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// TestIdleSpans takes and returns spans in any order: none is given twice, and in the end there is
// one span again.
func TestIdleSpans(t *testing.T) {
	memory := make([]byte, 1000)
	whole := span{unsafe.Pointer(&memory[0]), uintptr(len(memory))}
	var r retiredPages
	r.free(whole)
	var taken []span
	for range 10_000 {
		size := uintptr(1 + rand.IntN(50))
		if addr := r.cut(size); addr != nil {
			s := span{addr, size}
			for i := range s.size {
				if b := (*byte)(unsafe.Add(addr, i)); *b != 0 {
					t.Fatal("a byte was given twice")
				} else {
					*b = 1
				}
			}
			taken = append(taken, s)
		} else if len(taken) < 10 {
			t.Fatalf("no %d bytes although only %d spans are taken", size, len(taken))
		}
		if rand.IntN(2) == 0 && len(taken) > 0 || len(taken) > 30 {
			i := rand.IntN(len(taken))
			clear(unsafe.Slice((*byte)(taken[i].addr), taken[i].size))
			r.free(taken[i])
			taken = slices.Delete(taken, i, i+1)
		}
		for _, s := range r.idle {
			if slices.ContainsFunc(r.idle, func(other span) bool { return other.addr == s.end() }) {
				t.Fatalf("two idle spans are neighbors: %v", r.idle)
			}
		}
	}
	for _, s := range taken {
		r.free(s)
	}
	if !slices.Equal(r.idle, []span{whole}) {
		t.Errorf("in the end %v is idle, want %v", r.idle, whole)
	}
}

// TestBestFit: a large span is not broken up as long as a smaller one serves.
func TestBestFit(t *testing.T) {
	memory := make([]byte, 100)
	at := func(i int) unsafe.Pointer { return unsafe.Pointer(&memory[i]) }
	var r retiredPages
	r.free(span{at(0), 40})
	r.free(span{at(50), 10})
	for _, step := range []struct {
		size uintptr
		want unsafe.Pointer
	}{{10, at(50)}, {10, at(0)}, {31, nil}, {30, at(10)}, {1, nil}} {
		if got := r.cut(step.size); got != step.want {
			t.Errorf("%d bytes at %p, want %p", step.size, got, step.want)
		}
	}
}
