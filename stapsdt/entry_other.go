//go:build !linux || (!amd64 && !arm64) || (cgo && system_libstapsdt && !stapsdt_purego)

package stapsdt

// landing is 0: an installed libstapsdt may make images without landings. So Fire enters at the
// site, and gdb has its breakpoint there, too.
const landing = 0

// entryWord is the first byte of the site, which every tracer changes.
type entryWord = uint8
