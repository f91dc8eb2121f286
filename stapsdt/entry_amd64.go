//go:build linux && !(cgo && system_libstapsdt && !stapsdt_purego)

package stapsdt

// landing is the size in bytes of the no-op before a site, where Fire enters; see elfimage.Landing.
const landing = 1

// entryWord holds the landing, which gdb changes, and the first byte of the site, which every other
// tracer changes. The bytes that follow may stay changed when the tracer has left.
type entryWord = uint16
