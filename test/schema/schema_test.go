//go:build linux && (amd64 || arm64)

// Package schema holds what usdt writes for programs against the schemas of docs/schema, of every
// command, of the kernel and of a program itself. The judge is a validator of somebody else's. The
// schemas allow no other members than those that they describe.
package schema

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A bench has the programs of a test, and one of them, with probes, that runs.
type bench struct {
	usdt, validate, traced string
	program                *testenv.Child
	address                string            // at which the program can be asked itself
	validated              map[string][]byte // by schema: the documents
}

// probes are those of the traced program. Two pairs with a key, one with none; all kinds of types.
var probes = []string{
	"order_start:id=uint64,customer=string,price=float64,body=bytes",
	"order_end:id=uint64,paid=bool", "bare:int8,string",
}

// hits fire each probe, with a text that is cut, and numbers that JSON does not have.
var hits = []string{
	`fire order_start [1, "Ada", 1.5, "AP8="]`,
	`fire order_start [18446744073709551615, "` + strings.Repeat("x", 300) + `", -0.0, ""]`,
	`fire order_end [1, true]`,
	`fire order_end [7, false]`,
	`fire bare [-128, "é\u0000\u001b\""]`,
}

func newBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{
		usdt: filepath.Join(dir, "usdt"), validate: filepath.Join(dir, "validate"),
		traced: filepath.Join(dir, "traced"), validated: make(map[string][]byte),
	}
	for path, source := range map[string]string{
		b.usdt: "../../cmd/usdt", b.traced: "../../internal/testing/traced",
	} {
		if err := testbuild.Go(path, []string{"CGO_ENABLED=0"}, "build", source); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-C", "validate", "-o", b.validate)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", build, err, out)
	}
	b.address = "unix:" + filepath.Join(dir, "traced.sock")
	cmd := exec.Command(b.traced, append([]string{"shop"}, probes...)...)
	cmd.Env = append(os.Environ(), "STAPSDT_DISABLE=", "STAPSDT_LISTEN="+b.address)
	b.program = testenv.Start(t, cmd)
	if line := b.program.Next(t); strings.HasPrefix(line, "error") {
		t.Fatal(line)
	}
	return b
}

// check validates documents, of which there are at least so many.
func (b *bench) check(t *testing.T, schema string, documents []byte, least int) {
	t.Helper()
	cmd := exec.Command(b.validate, filepath.Join("..", "..", "docs", "schema", schema+".json"))
	cmd.Stdin = bytes.NewReader(documents)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", schema, err, out)
	}
	if n, err := strconv.Atoi(strings.TrimSpace(string(out))); err != nil || n < least {
		t.Errorf("%s: got %s documents, want %d", schema, out, least)
	}
	b.validated[schema] = append(b.validated[schema], documents...)
}

// output runs a command that ends by itself, with this exit status.
func (b *bench) output(t *testing.T, status int, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(b.usdt, args...)
	var messages bytes.Buffer
	cmd.Stderr = &messages
	out, _ := cmd.Output()
	if got := cmd.ProcessState.ExitCode(); got != status {
		t.Fatalf("%v: exit status %d, want %d\n%s", cmd, got, status, messages.String())
	}
	return out
}

// trace runs a command that traces while all probes are hit. It ends the command, unless that ends
// by itself after all hits.
func (b *bench) trace(t *testing.T, args ...string) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "out.json")
	// The messages are what the test waits for.
	args = append([]string{"-c", `exec "$0" "$@" 2>&1`, b.usdt}, append(args, "-o", file)...)
	child := testenv.Start(t, exec.Command("sh", args...))
	for line := child.Next(t); !strings.HasPrefix(line, "usdt: tracing "); line = child.Next(t) {
		t.Log(line)
	}
	for _, hit := range hits {
		if answer := b.program.Ask(t, hit); answer != "ok" {
			t.Fatalf("%s: %s", hit, answer)
		}
	}
	if !slices.Contains(args, "-n") {
		// SIGINT is ignored if this test was started in the background.
		if err := child.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	child.End(t)
	out, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
