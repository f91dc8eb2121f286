// Package doctor examines whether probes can be traced, and loaded, on this machine: what it finds,
// how bad that is, and what to do about it.
//
// It observes first, changing nothing, and then judges what was observed, so that tests can make up
// systems to be judged.
//
// The package is empty on systems other than Linux.
package doctor
