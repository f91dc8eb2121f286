// Package memfd makes sealed files that live in memory only: there is nothing to clean up, nobody
// can change them, and they can be mapped executable under every setting of vm.memfd_noexec.
package memfd

// MaxName is the longest name in bytes that memfd_create(2) takes.
const MaxName = 249
