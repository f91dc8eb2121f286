//go:build !unix

package command

import "io"

// terminalWidth returns 0: output is written as to a file.
func terminalWidth(io.Writer) int { return 0 }

func terminalHeight(io.Writer) int { return 0 }
