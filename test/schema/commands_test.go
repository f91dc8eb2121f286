//go:build linux && (amd64 || arm64)

package schema

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// allHits is how often the probes are hit.
var allHits = strconv.Itoa(len(hits))

// tracing are the command lines that trace, without the process or address.
var tracing = []struct {
	schema string
	args   []string
	least  int  // documents
	kernel bool // it is not for programs that are asked themselves
}{
	{"event", []string{"trace", "shop:*", "--json", "-n", allHits}, len(hits), false},
	{"event", []string{"trace", "shop:*", "--json", "-n", allHits, "--strlen=7"}, len(hits), false},
	{"count", []string{"count", "shop:*", "--json"}, 1, false},
	{"count", []string{"count", "shop:order_start", "--json", "--by", "customer"}, 1, false},
	{"count", []string{"count", "shop:order_start", "--json", "--by=customer,id,container"}, 1, true},
	{"count", []string{"count", "shop:order_end", "--json", "--sum=id", "--min=id", "--by=paid",
		"--top=1", "--unit=ms"}, 1, true},
	{"hist", []string{"hist", "shop:order_end", "--json", "--arg=id", "--by=paid", "--top=1",
		"--quantiles=50,99.9", "--unit=ms"}, 1, true},
	{"event", []string{"trace", "shop:order_start", "--json", "-n", "2", "--stack"}, 2, true},
	{"count", []string{"count", "shop:*", "--json", "--stack"}, 1, true},
	{"hist", []string{"hist", "shop:order_start", "--json", "--arg=id", "--stack"}, 1, true},
	{"latency", []string{"latency", "shop:order", "--json", "--stack"}, 1, true},
	{"latency", []string{"latency", "shop:order", "--json", "--by=paid,pid"}, 1, true},
	{"hist", []string{"hist", "shop:order_*", "--json", "--arg", "id"}, 1, false},
	{"hist", []string{"hist", "shop:bare", "--json", "--arg", "0", "--linear", "0,9,3"}, 1, false},
	{"hist", []string{"hist", "shop:order_start", "--json", "--arg=id", "--by=customer"}, 1, false},
	{"latency", []string{"latency", "shop:order", "--json"}, 1, false},
	{"latency", []string{"latency", "shop:order", "--json", "--key=id", "--by=paid"}, 1, false},
	{"timeline", []string{"timeline", "shop:*", "--key=id", "-n", allHits}, 1, false},
}

// TestSchemas: what is written of hits, of probes, of programs and of the machine is as the schemas
// say.
func TestSchemas(t *testing.T) {
	b := newBench(t)
	t.Run("listing", b.testListing)
	of := map[string][]string{"at": {"--at", b.address}}
	if os.Geteuid() == 0 {
		of["kernel"] = []string{"-p", strconv.Itoa(b.program.PID())}
	} else {
		t.Log("not root: only what the program tells itself is tested")
	}
	for name, source := range of {
		t.Run(name, func(t *testing.T) {
			for _, run := range tracing {
				if run.kernel && name == "at" {
					continue
				}
				out := b.trace(t, slices.Concat(run.args, source)...)
				b.check(t, run.schema, out, run.least)
			}
		})
	}
	if len(of) < 2 {
		testenv.Lacks(t, errors.New("needs root to trace"))
	}
	b.checkPairs(t, of["kernel"])
	b.checkSeen(t)
}

// checkPairs checks slow pairs, after which a reading comes.
func (b *bench) checkPairs(t *testing.T, source []string) {
	t.Helper()
	args := []string{"latency", "shop:order", "--json", "--slower", "1ns"}
	out := b.trace(t, slices.Concat(args, source)...)
	last := bytes.LastIndexByte(bytes.TrimSpace(out), '\n') + 1
	b.check(t, "pair", out[:last], 1)
	b.check(t, "latency", out[last:], 1)
}

// testListing is about what is not traced.
func (b *bench) testListing(t *testing.T) {
	b.check(t, "list-at", b.output(t, 0, "list", "--json", "--at", b.address), len(probes))
	listed := b.output(t, 0, "list", "--json", "-p", strconv.Itoa(b.program.PID()))
	b.check(t, "list", listed, len(probes))
	pid := strconv.Itoa(b.program.PID())
	b.check(t, "inspect", b.output(t, 0, "inspect", "--json", "-p", pid, "shop:*"), len(probes))
	testenv.RequireSDT(t)
	places := filepath.Join(t.TempDir(), "places")
	gcc := exec.Command(testenv.Tool(t, "gcc"), "-O2", "-ffreestanding", "-nostdlib", "-static",
		"-o", places, "../../internal/tracing/uprobe/testdata/values.c")
	if out, err := gcc.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", gcc, err, out)
	}
	b.check(t, "list", b.output(t, 0, "list", "--json", places), 4)
	b.check(t, "inspect", b.output(t, 0, "inspect", "--json", places, "*:*"), 4)

	program := filepath.Join(t.TempDir(), "program")
	const source = "../../internal/tracing/embed/testdata/program"
	if err := testbuild.Go(program, []string{"CGO_ENABLED=0"}, "build", source); err != nil {
		t.Fatal(err)
	}
	b.check(t, "embed", b.output(t, 0, "embed", "--print", program), 1)
	doctor := exec.Command(b.usdt, "doctor", "--json")
	out, _ := doctor.Output() // its status is that of this machine
	b.check(t, "doctor", out, 1)
}
