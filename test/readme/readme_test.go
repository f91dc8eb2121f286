//go:build linux

// Package readme builds and runs the README's example as a new user would: pasted into a new
// module.
package readme

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

const module = "github.com/go-usdt/usdt"

// TestExample builds the README's first Go program in a module of its own, which depends on this
// module through a replace directive. It runs the program and counts its fires. Then it does the
// same after go mod vendor.
func TestExample(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), example(t, root), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "go", "mod", "init", "example.com/shop")
	run(t, dir, "go", "mod", "edit", "-require="+module+"@v0.0.0", "-replace="+module+"="+root)
	run(t, dir, "go", "mod", "tidy")

	t.Run("replace", func(t *testing.T) { buildAndTrace(t, dir) })
	run(t, dir, "go", "mod", "vendor")
	t.Run("vendor", func(t *testing.T) { buildAndTrace(t, dir) })
}

func example(t *testing.T, root string) []byte {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```go\n(package main\n.*?)```").FindSubmatch(readme)
	if block == nil {
		t.Fatal("README.md has no Go program")
	}
	return block[1]
}

func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// buildAndTrace expects a program that prints the path of its probes on a line of its own and
// fires order_start for a while.
func buildAndTrace(t *testing.T, dir string) {
	program := filepath.Join(t.TempDir(), "shop")
	run(t, dir, "go", "build", "-o", program, ".")
	example := testenv.Start(t, exec.Command(program))
	defer example.Kill()
	expectFires(t, example.Next(t), "order_start")
}

func expectFires(t *testing.T, path, probe string) {
	t.Helper()
	c, err := counter.OpenProbe(path, probe)
	if err != nil {
		testenv.Lacks(t, err)
	}
	defer c.Close()
	for deadline := time.Now().Add(testenv.Patience); ; time.Sleep(10 * time.Millisecond) {
		count, err := c.Value()
		if err != nil {
			t.Fatal(err)
		}
		if count > 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s did not fire", probe)
		}
	}
}
