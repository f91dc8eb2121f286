//go:build linux && (amd64 || arm64)

// Package static traces a program that has nothing: statically linked, in an empty root directory.
package static

import (
	"bufio"
	"debug/elf"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestEmptyChroot lets bpftrace, outside of the chroot, read the values that the demo program
// fires inside.
func TestEmptyChroot(t *testing.T) {
	bpftrace := testenv.Tool(t, "bpftrace")
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("chroot and tracing need root"))
	}
	root := t.TempDir()
	program := filepath.Join(root, "demo")
	build := exec.Command("go", "build", "-o", program, "../../examples/demo")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	requireStatic(t, program)

	demo := exec.Command("/demo")
	demo.Path = "/demo"
	demo.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	demo.Dir = "/"
	demo.Env = []string{}
	demo.Stderr = os.Stderr
	path := strings.TrimSpace(<-lines(t, demo))

	tracer := exec.Command(bpftrace, "-e", "usdt:"+path+`:weather:measure { printf("%llu %d %s|\n", arg0, arg1, str(arg2)); }`)
	event := regexp.MustCompile(`^\d+ -\d+ (Oslo|Wien|Quito|Yakutsk)\|$`)
	for line := range lines(t, tracer) {
		if event.MatchString(line) {
			return
		}
	}
	t.Error("bpftrace ended without an event with a negative number")
}

func requireStatic(t *testing.T, program string) {
	t.Helper()
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Fatalf("%s needs a dynamic linker", program)
		}
	}
}

// lines starts cmd and returns the lines that it prints. It ends with the test.
func lines(t *testing.T, cmd *exec.Cmd) <-chan string {
	t.Helper()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	out := make(chan string)
	go func() {
		defer close(out)
		for s := bufio.NewScanner(stdout); s.Scan(); {
			out <- s.Text()
		}
	}()
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Errorf("%s ended early: %v", cmd, err)
		}
		for range out { // until it closes its output
		}
		_ = cmd.Wait() // the interrupt
	})
	return out
}
