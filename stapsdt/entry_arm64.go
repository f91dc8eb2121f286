//go:build linux && !(cgo && system_libstapsdt && !stapsdt_purego)

package stapsdt

// landing is the size in bytes of the no-op before a site, where Fire enters; see elfimage.Landing.
const landing = 4

// entryWord holds the landing, which gdb changes, and the site, which every other tracer changes.
// Slots are aligned for such a word.
type entryWord = uint64
