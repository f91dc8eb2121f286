// Package libstapsdt is the thin Go wrapper of libstapsdt, the C library in the same directory:
// each method calls the C function that its comment names and adds nothing but types. Programs
// should use package stapsdt instead.
//
// The C files are one translation unit here, in which all functions are static: see unit.h.
//
// With the build tag system_libstapsdt the C files here are left out, and the program links an
// installed libstapsdt (-lstapsdt; CGO_CFLAGS and CGO_LDFLAGS say where it is, if the compiler does
// not know). An extension that it lacks is reported as refused.
//
// The package is empty without cgo and on platforms other than linux/amd64 and linux/arm64.
package libstapsdt
