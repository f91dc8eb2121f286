package kernels

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/forms"
	"github.com/go-usdt/usdt/test/qemu"
)

// buildTests compiles the tests of a package into a static program and returns its bytes.
func buildTests(t *testing.T, arch, pkg string) []byte {
	t.Helper()
	return compile(t, arch, pkg, "test", "-c")
}

// build compiles a static program and returns its bytes.
func build(t *testing.T, arch, pkg string) []byte {
	t.Helper()
	return compile(t, arch, pkg, "build")
}

func compile(t *testing.T, arch, pkg string, command ...string) []byte {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	cmd := exec.Command("go", append(command, "-ldflags=-s -w", "-o", program, pkg)...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return read(t, program)
}

// buildForms makes the program that the engine's tests trace.
func buildForms(t *testing.T, arch string) []byte {
	t.Helper()
	program, err := forms.Build(t.TempDir(), arch)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, program)
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// writeInitramfs writes the root file system: the programs, given by name, and the directories on
// which the program init mounts others.
func writeInitramfs(t *testing.T, file string, programs map[string][]byte) {
	t.Helper()
	var root qemu.Initramfs
	for name, program := range programs {
		root.AddProgram(name, program)
	}
	for _, name := range []string{"dev", "proc", "sys", "tmp"} {
		root.AddDirectory(name)
	}
	if err := root.Write(file); err != nil {
		t.Fatal(err)
	}
}
