//go:build unix

package command

import (
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// terminalWidth returns the number of columns if w is a terminal, otherwise 0.
func terminalWidth(w io.Writer) int { return int(terminalSize(w).Col) }

// terminalHeight returns the number of lines if w is a terminal, otherwise 0.
func terminalHeight(w io.Writer) int { return int(terminalSize(w).Row) }

func terminalSize(w io.Writer) unix.Winsize {
	file, ok := w.(*os.File)
	if !ok {
		return unix.Winsize{}
	}
	size, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ)
	if err != nil {
		return unix.Winsize{}
	}
	return *size
}
