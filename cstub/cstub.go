// Package cstub enters C-ABI functions from Go without cgo.
//
// It exists for probe stubs: a stub is one instruction and a return, a tracer replaces the
// instruction while it is attached, and entering it through cgo would cost ten times as much as the
// stub itself. [Call] runs the function on the goroutine's own stack and tells the scheduler
// nothing, so the function must be short, must not block, must not call back into Go, and must
// not use more stack than [StackReserve].
//
// Implemented on linux/amd64 and linux/arm64; elsewhere Call panics.
package cstub

// MaxArgs is the number of integer arguments that Call passes. The System V ABI for x86-64 has
// six integer argument registers. AAPCS64 has eight, of which the first six are used.
const MaxArgs = 6

// StackReserve is the number of bytes that the called function may use, its return address
// included. On amd64 they are part of Call's own frame. A probe site rewritten by the kernel needs
// 8 bytes as a nop, 40 as a 5-byte nop (Linux 6.18) and 168 as a 10-byte nop (Linux 7.2).
const StackReserve = 176
