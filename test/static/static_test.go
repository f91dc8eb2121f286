//go:build linux && (amd64 || arm64)

// Package static traces a program that has nothing around it: it is statically linked, and runs
// in an empty root directory.
package static

import (
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

// TestEmptyChroot runs the demo program in a chroot, and bpftrace outside, which must read the
// values that the demo fires.
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
	if !testenv.IsStatic(t, program) {
		t.Fatalf("%s needs a dynamic linker", program)
	}

	demo := exec.Command("/demo")
	demo.Path = "/demo"
	demo.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	demo.Dir = "/"
	demo.Env = []string{}
	path := strings.TrimSpace(testenv.Start(t, demo).Next(t))

	tracer := testenv.Start(t, exec.Command(bpftrace, "-e",
		"usdt:"+path+`:weather:measure { printf("%llu %d %s|\n", arg0, arg1, str(arg2)); }`))
	defer tracer.Kill()
	event := regexp.MustCompile(`^\d+ -\d+ (Oslo|Wien|Quito|Yakutsk)\|$`)
	for !event.MatchString(tracer.Next(t)) {
	}
}
