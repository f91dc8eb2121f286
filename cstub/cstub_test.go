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

// call enters the recording function.
func call(args *[cstub.MaxArgs]uint64) {
	fn := pointer(recorder.Func())
	cstub.Call(&fn, nil, args)
}

// pointer converts an address that is not the garbage collector's.
func pointer(address uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&address)) }

// TestCallNone: no function is called whose address is the one that means none.
func TestCallNone(t *testing.T) {
	first, second := calls[1], calls[2]
	call(&first)
	fn := pointer(recorder.Func())
	cstub.Call(&fn, fn, &second)
	if got := recorder.Last(); got != first {
		t.Errorf("the C function was called with %#x", got)
	}
}

func TestCallPassesSixIntegers(t *testing.T) {
	for _, want := range calls {
		call(&want)
		if got := recorder.Last(); got != want {
			t.Errorf("the C function received %#x, want %#x", got, want)
		}
	}
}

// TestCallAlignsStack calls from frames of different sizes, so that SP is a multiple of 16 in some
// and not in others: C code may crash if SP is misaligned.
func TestCallAlignsStack(t *testing.T) {
	args := calls[1]
	for depth := range 64 {
		recurse(depth, func() { call(&args) })
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

// TestCallKeepsStackIntact calls from a fresh goroutine at every stack depth, past several growths
// of the stack, and checks values on the way back.
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
	call(&args)
	ok := recorder.Last() == args
	if depth > 0 {
		ok = descend(depth-1, seed*3) && ok
	}
	return ok && canary == [4]uint64{seed, seed + 1, seed + 2, seed + 3}
}

func BenchmarkCall(b *testing.B) {
	args, nop := calls[1], pointer(recorder.Nop())
	for b.Loop() {
		cstub.Call(&nop, nil, &args)
	}
}
