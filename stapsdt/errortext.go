package stapsdt

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/go-usdt/usdt/cstub"
)

var errorType = reflect.TypeFor[error]()

// errorText returns what the Error method of arg says.
//
// Calling a method through an interface makes the compiler place its receiver on the heap, and
// then every argument of every Fire, traced or not. So the compiler is not told, and a receiver
// that is on the stack is refused: the method could keep its address, or hand it to the heap
// while the stack moves. Nothing off the stack ever points to it, so that looking at the
// receiver's own address is enough.
func errorText(arg any) (string, error) {
	if t := reflect.TypeOf(arg); !t.Implements(errorType) {
		return "", mismatch(String, t)
	}
	hidden := hide(arg)
	if onStack(hidden) {
		return "", fmt.Errorf("%s is a local variable: pass its Error()", reflect.TypeOf(arg))
	}
	return callError(hidden.(error)), nil
}

// callError is err.Error() where a panic, of a nil pointer's method say, is text too.
func callError(err error) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("PANIC=Error method: %v", r)
		}
	}()
	return err.Error()
}

// hide returns a without the compiler seeing that the result refers to what a refers to. The
// result must not leave the stack while what it refers to may be there.
func hide(a any) (hidden any) {
	*(*[2]uintptr)(unsafe.Pointer(&hidden)) = *(*[2]uintptr)(unsafe.Pointer(&a))
	return hidden
}

// onStack reports whether the address in a's second word, of its value or the value itself when
// that is a pointer, is on the calling goroutine's stack.
func onStack(a any) bool {
	lo, hi := cstub.StackBounds()
	addr := (*[2]uintptr)(unsafe.Pointer(&a))[1]
	return lo <= addr && addr < hi
}
