// Package histogram counts values in buckets: which bucket a value belongs to, what can be said of
// the values afterwards, and how the counts are drawn for a terminal or as a picture.
//
// The kernel does the counting; Scale.Bucket is the specification that its programs are tested
// against. A bucket is known by its index, a small integer.
//
// A Histogram is not for several goroutines at once, unless all of them only read.
package histogram
