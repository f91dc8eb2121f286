// Package symbol tells which function, file and line of its source an instruction of a program or
// library belongs to, as the file itself says: by the table that the Go runtime prints tracebacks
// from, which stripped programs have too, and by the symbols of ELF.
//
// Files belong to any user. A malformed one yields no names, or wrong ones, and nothing worse: what
// is read and remembered of a file is bounded.
package symbol

import "strings"

// A Frame is a function in which an instruction is, or into which the compiler has copied the
// function with the instruction. Texts are of the file, and can have any bytes.
type Frame struct {
	Function string // "" when nobody knows
	Offset   uint64 // of the instruction from the beginning of the function, in bytes
	File     string // of the source; "" when nobody knows
	Line     int    // in File, from 1
	Inlined  bool   // its code is a part of that of the next frame
}

// ours are the beginnings of the names of functions that fire probes.
var ours = []string{
	"github.com/go-usdt/usdt/stapsdt.",
	"github.com/go-usdt/usdt/cstub.",
	"github.com/go-usdt/usdt/instrument/",
}

// isOurs reports whether a function is part of firing a probe.
func (f Frame) isOurs() bool {
	for _, prefix := range ours {
		if strings.HasPrefix(f.Function, prefix) {
			return true
		}
	}
	return false
}

// Entrances returns how many frames of a stack are this library's, and not the program's: those
// from the site, which comes first, to the function that the program has called. It is 0 when
// others have fired the probe.
func Entrances(stack []Frame) int {
	n := 1 // the site itself is in an image, or in a block
	for n < len(stack) && stack[n].isOurs() {
		n++
	}
	if n == 1 {
		return 0
	}
	return n
}
