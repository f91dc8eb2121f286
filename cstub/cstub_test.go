//go:build linux && cgo && (amd64 || arm64)

package cstub_test

import (
	"math"
	"testing"
	"unsafe"

	"github.com/go-usdt/usdt/cstub"
	"github.com/go-usdt/usdt/internal/testing/recorder"
)

var calls = [][cstub.MaxArgs]uint64{
	{},
	{1, 2, 3, 4, 5, 6},
	{math.MaxUint64, 0, math.MaxInt64, 1 << 63, 0xdeadbeef, 1},
}

func TestCallPassesSixIntegers(t *testing.T) {
	for _, want := range calls {
		cstub.Call(recorder.Func(), &want)
		if got := recorder.Last(); got != want {
			t.Errorf("the C function received %#x, want %#x", got, want)
		}
	}
}

// TestCallAlignsStack enters from frames of different sizes, so that SP is once a multiple of 16
// and once not: C code may crash on the latter.
func TestCallAlignsStack(t *testing.T) {
	args := calls[1]
	for depth := range 64 {
		recurse(depth, func() { cstub.Call(recorder.Func(), &args) })
		if misalignment := recorder.Misalignment(); misalignment != 0 {
			t.Fatalf("depth %d: SP was %d bytes off a multiple of 16", depth, misalignment)
		}
	}
}

//go:noinline
func recurse(depth int, f func()) {
	if depth == 0 {
		f()
		return
	}
	if depth%2 == 0 {
		recurseOdd(depth-1, f)
		return
	}
	recurse(depth-1, f)
}

//go:noinline
func recurseOdd(depth int, f func()) [3]int {
	recurse(depth, f)
	return [3]int{depth}
}

// TestCallKeepsStackIntact calls from a fresh goroutine at every stack depth up to several
// growths of the stack, checking values on the way back.
func TestCallKeepsStackIntact(t *testing.T) {
	done := make(chan bool)
	go func() { done <- descend(2000, 0x5eed) }()
	if !<-done {
		t.Error("a caller's frame changed across Call")
	}
}

//go:noinline
func descend(depth int, seed uint64) bool {
	canary := [4]uint64{seed, seed + 1, seed + 2, seed + 3}
	args := [cstub.MaxArgs]uint64{seed}
	cstub.Call(recorder.Func(), &args)
	ok := recorder.Last() == args
	if depth > 0 {
		ok = descend(depth-1, seed*3) && ok
	}
	return ok && canary == [4]uint64{seed, seed + 1, seed + 2, seed + 3}
}

func TestStackBounds(t *testing.T) {
	var local int
	lo, hi := cstub.StackBounds()
	if addr := addressOf(&local); addr < lo || addr >= hi {
		t.Errorf("a local at %#x is outside of [%#x, %#x)", addr, lo, hi)
	}
	heap := new(int)
	sink = heap
	if addr := addressOf(heap); addr >= lo && addr < hi {
		t.Errorf("a heap object at %#x is inside of [%#x, %#x)", addr, lo, hi)
	}
}

var sink *int

func BenchmarkCall(b *testing.B) {
	args, nop := calls[1], recorder.Nop()
	for b.Loop() {
		cstub.Call(nop, &args)
	}
}

func addressOf(p *int) uintptr { return uintptr(unsafe.Pointer(p)) }
