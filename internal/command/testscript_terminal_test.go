//go:build linux && (amd64 || arm64)

package command

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/sys/unix"
)

// newTerminal returns both ends of a terminal of that size.
func newTerminal(columns, rows uint16) (keyboard, terminal *os.File, err error) {
	keyboard, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	terminal, err = slave(keyboard)
	if err == nil {
		size := unix.Winsize{Col: columns, Row: rows}
		err = unix.IoctlSetWinsize(int(terminal.Fd()), unix.TIOCSWINSZ, &size)
	}
	if err != nil {
		keyboard.Close()
		return nil, nil, err
	}
	return keyboard, terminal, nil
}

func slave(master *os.File) (*os.File, error) {
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, err
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, err
	}
	return os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
}

// atTerminal starts a program at a terminal of its own, of 60 columns and 20 rows. What appears
// there goes into the file.
func atTerminal(ts *testscript.TestScript, file string, command []string) *tracer {
	screen, err := os.Create(ts.MkAbs(file))
	ts.Check(err)
	keyboard, terminal, err := newTerminal(60, 20)
	ts.Check(err)
	defer terminal.Close()
	cmd := exec.Command(command[0], command[1:]...)
	t := &tracer{cmd: cmd, keyboard: keyboard, screen: make(chan struct{})}
	t.cmd.Dir = ts.MkAbs(".")
	t.cmd.Stdin, t.cmd.Stdout, t.cmd.Stderr = terminal, terminal, terminal
	t.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	err = t.cmd.Start()
	go func() {
		defer close(t.screen)
		defer screen.Close()
		_, _ = io.Copy(screen, keyboard) // until EIO: all processes have closed the terminal
	}()
	ts.Check(err)
	return t
}

// ctrlC is what the keys Ctrl-C send.
const ctrlC = "\x03"
