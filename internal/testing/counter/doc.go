// Package counter counts how often an instruction of a file runs, for tests: it tells whether a probe was
// fired, without a tracer.
//
// The package is empty on systems other than Linux.
package counter
