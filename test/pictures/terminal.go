//go:build linux

package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A line is what a terminal shows, and when.
type line struct {
	at   time.Duration
	text string
}

// A terminal runs commands one after the other, and remembers what it shows.
type terminal struct {
	columns int
	lines   []line
	begun   time.Time
	environ []string
	server  *exec.Cmd
}

// openTerminal has usdt in its PATH, and a sudo that does nothing.
func openTerminal(columns int, dir string) (*terminal, error) {
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "usdt"), "./cmd/usdt")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as make demo, which then need not compile
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", build, err, out)
	}
	sudo := []byte("#!/bin/sh\nexec \"$@\"\n")
	if err := os.WriteFile(filepath.Join(dir, "sudo"), sudo, 0o700); err != nil {
		return nil, err
	}
	environ := append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "MAKEFLAGS=-s", "MAKELEVEL=")
	return &terminal{columns: columns, begun: time.Now(), environ: environ}, nil
}

func (t *terminal) close() {
	if t.server != nil {
		_ = t.server.Process.Signal(os.Interrupt)
		_ = t.server.Wait()
	}
}

var process = regexp.MustCompile(`process (\d+),`)

// serve starts a program to be traced, and returns its process id.
func (t *terminal) serve() (pid string, err error) {
	t.server = exec.Command("sh", "-c", "exec usdt demo --serve")
	t.server.Env = t.environ
	out, err := t.server.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := t.server.Start(); err != nil {
		return "", err
	}
	first, err := bufio.NewReader(out).ReadString('\n')
	found := process.FindStringSubmatch(first)
	if found == nil {
		return "", fmt.Errorf("usdt demo --serve begins with %q (%w)", first, err)
	}
	t.begun = time.Now()
	return found[1], nil
}

// run executes a command at the terminal. If limit is not 0, Ctrl-C ends it behind so many lines.
func (t *terminal) run(command string, limit int) error {
	keyboard, screen, err := t.device()
	if err != nil {
		return err
	}
	defer keyboard.Close()
	t.add("$ " + command)
	cmd := exec.Command("sh", "-c", "exec "+command)
	cmd.Env = t.environ
	cmd.Stdin, cmd.Stdout, cmd.Stderr = screen, screen, screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		screen.Close()
		return err
	}
	screen.Close()
	shown := bufio.NewScanner(keyboard) // until EIO: all processes have closed the terminal
	for n := 1; shown.Scan(); n++ {
		t.add(control.ReplaceAllString(shown.Text(), ""))
		if n == limit {
			if _, err := keyboard.WriteString("\x03"); err != nil {
				return err
			}
		}
	}
	return cmd.Wait()
}

// add adds a line, in as many rows as it takes.
func (t *terminal) add(text string) {
	at := time.Since(t.begun)
	for {
		runes := []rune(strings.TrimRight(text, " "))
		n := min(len(runes), t.columns)
		t.lines = append(t.lines, line{at: at, text: string(runes[:n])})
		if n == len(runes) {
			return
		}
		text = string(runes[n:])
	}
}

// device returns both ends of a new terminal.
func (t *terminal) device() (keyboard, screen *os.File, err error) {
	keyboard, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, err
	}
	fd := int(keyboard.Fd())
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = errors.Join(unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0),
			unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(t.columns), Row: 50}))
	}
	if err == nil {
		screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	}
	if err != nil {
		keyboard.Close()
	}
	return keyboard, screen, err
}
