// Package recorder is a C function that records the integer arguments it was called with, for
// tests of the code that enters C without cgo. The package is empty without cgo.
package recorder
