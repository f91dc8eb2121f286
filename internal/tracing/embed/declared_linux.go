package embed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/printable"
)

// Declared runs the initialization of the program, once for each block, and returns what it
// declares. Whatever that starts in the process group of the program is killed. The program runs as
// a copy in dir, where it may look for other files, or in the directory of temporary files if dir
// has no room for it, or runs no programs. The copy is removed. The context bounds the time.
//
// A program for another machine runs by QEMU's user emulation, if that is installed.
func (p *Program) Declared(ctx context.Context, dir string) (List, error) {
	l := List{Version: listVersion}
	for _, b := range p.blocks {
		library, err := p.declared(ctx, dir, b)
		if err != nil {
			return List{}, err
		}
		l.Libraries = append(l.Libraries, library)
	}
	return l, nil
}

func (p *Program) declared(ctx context.Context, dir string, b slots) (l Library, err error) {
	content, err := p.printing(b)
	if err != nil {
		return l, err
	}
	l, err = p.runCopy(ctx, dir, content, b.library)
	if !errors.Is(err, errNotStarted) {
		return l, err
	}
	l, second := p.runCopy(ctx, os.TempDir(), content, b.library)
	if errors.Is(second, errNotStarted) {
		return l, fmt.Errorf("%w; %w; set TMPDIR to a directory where programs can be written and run",
			err, second)
	}
	return l, second
}

// errNotStarted is the error about a copy of the program that could not be written, or that the
// kernel did not run, as in a directory that is full or mounted with noexec.
var errNotStarted = errors.New("a copy of it was not started")

// runCopy runs content as a file in dir.
func (p *Program) runCopy(ctx context.Context, dir string, content []byte, library string,
) (l Library, err error) {
	path, err := writeCopy(dir, content)
	if err != nil {
		return l, fmt.Errorf("%w: %w", errNotStarted, err)
	}
	defer func() { err = errors.Join(err, os.Remove(path)) }()
	return p.run(ctx, path, library)
}

// writeCopy writes a program that nobody else can read or change.
func writeCopy(dir string, content []byte) (path string, err error) {
	f, err := os.CreateTemp(dir, ".usdt-embed-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o700), f.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// run runs the copy of the program.
func (p *Program) run(ctx context.Context, path, library string) (Library, error) {
	command, err := p.command(path)
	if err != nil {
		return Library{}, err
	}
	// #nosec G204 -- the user wants this program to run
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var output head
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.Env = append(os.Environ(), "STAPSDT_DISABLE=1") // to Load, there is nothing to publish
	// The kernel kills the copy when the thread that starts it ends: with usdt, even by SIGKILL.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return killGroup(cmd) }
	cmd.WaitDelay = time.Second // for what left the group and has the output open

	printed, failed := readPrinted(cmd)
	l, err := parseDeclarations(library, printed)
	switch {
	case err == nil:
		return l, nil
	case ctx.Err() != nil:
		err = fmt.Errorf("its initialization did not end: %w", context.Cause(ctx))
	case errors.Is(failed, syscall.ENOEXEC):
		return l, fmt.Errorf("it is for %s, which this machine does not run; install qemu-user",
			machineNames[p.machine].goarch)
	case cmd.Process == nil:
		return l, fmt.Errorf("%w: %w", errNotStarted, failed)
	case errors.Is(err, errIncomplete) && failed != nil:
		err = fmt.Errorf("%w: %w", err, failed)
	}
	return l, fmt.Errorf("%w%s", err, output.tell())
}

// command returns how to run the program at a path on this machine.
func (p *Program) command(path string) ([]string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	name := machineNames[p.machine]
	if name.goarch == runtime.GOARCH {
		return []string{path}, nil
	}
	for _, emulator := range []string{"qemu-" + name.qemu, "qemu-" + name.qemu + "-static"} {
		if emulator, err := exec.LookPath(emulator); err == nil {
			return []string{emulator, path}, nil
		}
	}
	return []string{path}, nil // the kernel may know an emulator
}

// readPrinted runs a command and returns what it printed to the descriptor for declarations.
func readPrinted(cmd *exec.Cmd) ([]byte, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.ExtraFiles = []*os.File{w} // from descriptor 3 on: see block.PrintTo
	err = cmd.Start()
	_ = w.Close()
	if err != nil {
		_ = r.Close()
		return nil, err
	}
	printed := make(chan []byte)
	go func() {
		b, _ := io.ReadAll(io.LimitReader(r, maxList))
		_ = r.Close() // a program that prints more gets an error
		printed <- b
	}()
	awaitExit(cmd)
	_ = killGroup(cmd) // what the program has started
	err = cmd.Wait()
	// What has left the group may keep the pipe open. All that the program printed is there.
	_ = r.SetReadDeadline(time.Now().Add(cmd.WaitDelay))
	return <-printed, err
}

// awaitExit waits for the end of the process, and leaves it to be waited for: until then no other
// group of processes has its number.
func awaitExit(cmd *exec.Cmd) {
	for {
		err := unix.Waitid(unix.P_PID, cmd.Process.Pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err != unix.EINTR {
			return
		}
	}
}

func killGroup(cmd *exec.Cmd) error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// A head keeps the first bytes of an output.
type head struct{ kept strings.Builder }

func (h *head) Write(b []byte) (int, error) {
	const most = 1 << 10
	h.kept.Write(b[:min(len(b), most-min(most, h.kept.Len()))])
	return len(b), nil
}

// tell says what the output was.
func (h *head) tell() string {
	if h.kept.Len() == 0 {
		return "; it wrote nothing"
	}
	return "; it wrote " + printable.Quote(h.kept.String())
}
