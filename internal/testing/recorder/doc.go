// Package recorder has a C function that records its integer arguments, for tests of the code that
// enters C without cgo. The package is empty without cgo.
package recorder
