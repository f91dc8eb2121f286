// Package kernel says what the running kernel can do: its version, its features as tried, and,
// where this process may not try, as mainline has them. [Abilities] is the table of which version
// brought what; docs/kernels.md explains each.
//
// The package is empty on systems other than Linux.
package kernel
