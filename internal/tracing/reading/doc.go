// Package reading has the readings of count, hist and latency as JSON: those of the command, of
// what the kernel has counted, and those of package stapsdthttp, of what the process has counted.
// The names of the members are an interface.
package reading
