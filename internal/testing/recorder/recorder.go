//go:build linux && cgo && (amd64 || arm64)

package recorder

/*
#include <stdint.h>

static uint64_t last[6];
static uint64_t misalignment;

// The frame address is 16 bytes below SP at the call.
static void record(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
	misalignment = (uintptr_t)__builtin_frame_address(0) & 15;
	last[0] = a; last[1] = b; last[2] = c; last[3] = d; last[4] = e; last[5] = f;
}

static void nop(void) {}

static void *record_func(void) { return (void *)record; }
static void *nop_func(void) { return (void *)nop; }
static uint64_t *last_arguments(void) { return last; }
static uint64_t last_misalignment(void) { return misalignment; }
*/
import "C"

import "unsafe"

// Func returns the address of the recording function. It takes six integers.
func Func() uintptr { return uintptr(C.record_func()) }

// Nop returns the address of a C function that does nothing.
func Nop() uintptr { return uintptr(C.nop_func()) }

// Last returns the arguments of the last call. It must not be called during a call.
func Last() [6]uint64 { return *(*[6]uint64)(unsafe.Pointer(C.last_arguments())) }

// Misalignment returns how far SP was from a multiple of 16 at the last call.
func Misalignment() uint64 { return uint64(C.last_misalignment()) }
