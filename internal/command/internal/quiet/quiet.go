// Package quiet keeps the command from listening. In the environment of a program, such as that of
// its container, STAPSDT_LISTEN asks that program for a socket, and not the command, which has
// imported stapsdthttp only for its demo.
//
// Go initializes packages in the order of their paths, but after those that they import: this one,
// which imports next to nothing, before stapsdthttp.
package quiet

import "os"

// Environ is the environment that this process was started with, in which the variable may be.
var Environ = os.Environ()

func init() { _ = os.Unsetenv("STAPSDT_LISTEN") } // the name is valid
