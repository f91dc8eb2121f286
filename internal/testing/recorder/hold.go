//go:build linux && cgo && (amd64 || arm64)

package recorder

/*
#include <stdatomic.h>
#include <unistd.h>

static atomic_int releasing, entered, expected, released, left;

// Without a system call, as in a site.
static void hold(void)
{
	atomic_store(&entered, 1);
	while (!atomic_load(&released)) {
	}
	atomic_store(&left, 1);
}

static void *hold_func(void) { return (void *)hold; }
static int is_entered(void) { return atomic_load(&entered); }
static int is_releasing(void) { return atomic_load(&releasing); }
static int is_left(void) { return atomic_load(&left); }
static void expect(void) { atomic_store(&expected, 1); }

// Where the runtime stops the world by itself, for the garbage collector, before expect is called,
// nobody can call it: then the wait for it has an end.
static void release(void)
{
	atomic_store(&releasing, 1);
	while (!atomic_load(&entered)) {
		usleep(1000);
	}
	for (int i = 0; i < 10000 && !atomic_load(&expected); i++) {
		usleep(1000);
	}
	usleep(50000);
	atomic_store(&released, 1);
}
*/
import "C"

// HoldFunc returns the address of a C function that holds its caller until Release lets it go. It
// can be called once in a process.
func HoldFunc() uintptr { return uintptr(C.hold_func()) }

// Entered reports whether the function was called.
func Entered() bool { return C.is_entered() == 1 }

// Left reports whether the function is about to return.
func Left() bool { return C.is_left() == 1 }

// Release waits until the function was called, for Expect, at most 10 s, and a little longer. Then
// it lets the caller go. It needs nothing of the Go runtime meanwhile.
func Release() { C.release() }

// Releasing reports whether Release has begun.
func Releasing() bool { return C.is_releasing() == 1 }

// Expect tells Release that something begins that should wait for the function.
func Expect() { C.expect() }
