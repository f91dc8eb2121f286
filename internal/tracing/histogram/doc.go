// Package histogram counts values in buckets. It says which bucket a value belongs to, computes
// statistics from the counts, and draws them for a terminal or as a picture.
//
// The BPF programs of package uprobe do the counting; Scale.Bucket is the specification that they
// are tested against. A bucket is identified by its index, a small integer.
//
// Several goroutines may use a Histogram at once only if all of them only read it.
package histogram
