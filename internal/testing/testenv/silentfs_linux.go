package testenv

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A SilentFS is a file system with one file, which can stop to answer: see
// internal/testing/silentfs.
type SilentFS struct {
	File    string // its path
	child   *Child
	program string
}

// StartSilentFS mounts a file system until the test is done. Its file has the content of another.
func StartSilentFS(t testing.TB, content string) *SilentFS {
	t.Helper()
	if emulator := os.Getenv("USDT_TEST_EXEC"); emulator != "" {
		t.Skipf("%s runs the test, but not the file system's program", emulator)
	}
	dir := t.TempDir()
	program := filepath.Join(t.TempDir(), "silentfs")
	const source = "github.com/go-usdt/usdt/internal/testing/silentfs"
	build := exec.Command(Tool(t, "go"), "build", "-o", program, source)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build, err, out)
	}
	s := &SilentFS{File: filepath.Join(dir, "file"), program: program}
	s.child = Start(t, exec.Command(program, dir, content))
	if line := s.child.Next(t); line != "ready" {
		_, _ = s.child.Wait()
		Lacks(t, errors.New(strings.TrimPrefix(line, "error: ")))
	}
	return s
}

// Silence leaves an operation (lookup, getattr, open, read, statfs or flush) without an answer from
// now on.
func (s *SilentFS) Silence(t T, operation string) {
	t.Helper()
	s.child.Ask(t, operation)
}

// AwaitSilence waits until the kernel has asked for an operation that is not answered.
func (s *SilentFS) AwaitSilence(t T) {
	t.Helper()
	s.child.Next(t)
}

// StartSilentProcess starts a process that is executing a program and does not get on with it,
// because the kernel closes the file for it. Until the test is done, the kernel tells nobody what
// such a process has mapped. The file system must not have been silenced.
func (s *SilentFS) StartSilentProcess(t T) *Child {
	t.Helper()
	c := Start(t, exec.Command(s.program, s.File))
	t.Cleanup(func() { s.child.End(t) }) // before c, which waits for it
	c.Next(t)
	s.Silence(t, "flush")
	c.Tell(t, "")
	s.AwaitSilence(t)
	return c
}
