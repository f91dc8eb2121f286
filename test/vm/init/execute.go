//go:build linux

package main

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/test/vm/task"
)

// execute runs the command of the task on the console and returns its exit status.
func execute(t task.Task) (status int, err error) {
	console, err := openConsole()
	if err != nil {
		return 0, err
	}
	defer console.Close()
	if err := resize(console, t); err != nil {
		return 0, err
	}
	args := []string{"bash"} // not a login shell: /etc/profile sets PATH
	if t.Command != "" {
		args = []string{"sh", "-c", t.Command}
	}
	p, err := os.StartProcess("/bin/"+args[0], args, &os.ProcAttr{
		Dir:   t.Work,
		Env:   append(t.Env, "PATH="+filepath.Join(task.DeskDirectory, "bin")+":"+path(t.Env)),
		Files: []*os.File{console, console, console},
		Sys:   &syscall.SysProcAttr{Setsid: true, Setctty: true},
	})
	if err != nil {
		return 0, err
	}
	return reap(p.Pid)
}

func path(env []string) string {
	for _, e := range env {
		if p, ok := strings.CutPrefix(e, "PATH="); ok {
			return p
		}
	}
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
}

// openConsole opens the terminal behind /dev/console. A shell cannot control jobs on /dev/console
// itself.
func openConsole() (*os.File, error) {
	const active = "/sys/class/tty/console/active"
	f, err := os.Open(active)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	words := bufio.NewScanner(f)
	words.Split(bufio.ScanWords)
	if !words.Scan() {
		return nil, errors.New("nothing in " + active)
	}
	return os.OpenFile("/dev/"+words.Text(), os.O_RDWR|unix.O_NOCTTY, 0)
}

func resize(console *os.File, t task.Task) error {
	if t.Rows == 0 {
		return nil
	}
	size := &unix.Winsize{Row: t.Rows, Col: t.Columns}
	return os.NewSyscallError("ioctl TIOCSWINSZ",
		unix.IoctlSetWinsize(int(console.Fd()), unix.TIOCSWINSZ, size))
}

// reap waits for the process. Meanwhile it also reaps orphans, whose parent is the first process
// of a machine.
func reap(pid int) (status int, err error) {
	for {
		var ws unix.WaitStatus
		got, err := unix.Wait4(-1, &ws, 0, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return 0, os.NewSyscallError("wait4", err)
		case got == pid && ws.Signaled():
			const signalled = 128 // as the shell has it
			return signalled + int(ws.Signal()), nil
		case got == pid:
			return ws.ExitStatus(), nil
		}
	}
}
