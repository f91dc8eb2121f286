//go:build linux

// Package readme builds and runs the README's example as a new user would: pasted into a new
// module.
package readme

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/remote"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
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
	dir := newModule(t, root, example(t, root))
	t.Run("replace", func(t *testing.T) { buildAndTrace(t, dir) })
	run(t, dir, "go", "mod", "vendor")
	t.Run("vendor", func(t *testing.T) { buildAndTrace(t, dir) })
}

// TestWithoutRoot adds the import that README.md says is enough, and asks the program itself.
func TestWithoutRoot(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	line := find(t, root, "```go\n(import _ \"[^\"]*/stapsdthttp\")")
	before, after, _ := strings.Cut(string(example(t, root)), "import (")
	dir := newModule(t, root, []byte(before+string(line)+"\nimport ("+after))
	program, address := filepath.Join(dir, "shop"), "unix:"+filepath.Join(dir, "s")
	run(t, dir, "go", "build", "-o", program, ".")
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "STAPSDT_LISTEN="+address)
	shop := testenv.Start(t, cmd)
	defer shop.Kill()
	shop.Next(t) // the path; the socket is made before main begins
	client, err := remote.New(address)
	if err != nil {
		t.Fatal(err)
	}
	stream, err := client.Trace(t.Context(), remote.Request{
		Patterns: []string{"shop:order_start"}, Where: `customer == "Ada"`,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	var e uprobe.Event
	err = stream.Next(&e)
	for errors.Is(err, os.ErrDeadlineExceeded) { // no event so far
		err = stream.Next(&e)
	}
	if err != nil || string(e.Args[1].Data) != "Ada" {
		t.Errorf("received %+v, %v", e, err)
	}
}

// newModule returns the directory of a module with a program that depends on this module through a
// replace directive.
func newModule(t *testing.T, root string, program []byte) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), program, 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "go", "mod", "init", "example.com/shop")
	run(t, dir, "go", "mod", "edit", "-require="+module+"@v0.0.0", "-replace="+module+"="+root)
	run(t, dir, "go", "mod", "tidy")
	return dir
}

func example(t *testing.T, root string) []byte {
	t.Helper()
	return find(t, root, "(?s)```go\n(package main\n.*?)```")
}

// find returns what is in the parentheses of an expression for README.md.
func find(t *testing.T, root, expression string) []byte {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(expression).FindSubmatch(readme)
	if found == nil {
		t.Fatalf("README.md has no %q", expression)
	}
	return found[1]
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
