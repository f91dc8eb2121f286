// Package counter counts how often an instruction of a file runs. With it, a test sees whether a
// probe was fired without a tracer.
//
// The package is empty on systems other than Linux.
package counter
