//go:build linux && (amd64 || arm64)

// Package tracers holds the tests whose judges are other people's programs: readelf, bpftrace,
// gdb, perf and more read the probes of live processes. The traced program,
// internal/testing/traced, is built in every way in which probes can be loaded.
package tracers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// variant is a way to build the traced program. The last two differ in what else is in the
// process: with cgo, there are a C library and threads that C made.
type variant struct {
	name string
	cgo  string // CGO_ENABLED
	tags string
}

var variants = []variant{
	{"cgo", "1", ""},
	{"nocgo", "0", ""},
	{"purego", "1", "stapsdt_purego"},
}

// config is one run of a test.
type config struct {
	variant
	backing string // memfd or file
}

// binaries is the directory with the traced program, which is built once for each variant.
var binaries string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "tracers")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binaries = dir
	code := m.Run()
	os.RemoveAll(dir)
	if code == 0 {
		if err := checkDocument(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// matrix runs f with every variant and backing, several at a time.
func matrix(t *testing.T, f func(t *testing.T, c config)) {
	t.Parallel()
	for _, v := range variants {
		for _, backing := range []string{"memfd", "file"} {
			t.Run(v.name+"/"+backing, func(t *testing.T) {
				t.Parallel()
				f(t, config{v, backing})
			})
		}
	}
}

var builds sync.Map // of func() error by variant

// build builds the program of the variant, once, and returns its path.
func (v variant) build(t *testing.T) string {
	t.Helper()
	path := filepath.Join(binaries, v.name)
	once, _ := builds.LoadOrStore(v, sync.OnceValue(func() error {
		cmd := exec.Command("go", "build", "-tags", v.tags, "-o", path, "../../internal/testing/traced")
		cmd.Env = append(os.Environ(), "CGO_ENABLED="+v.cgo)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("%v: %w\n%s", cmd, err, out)
		}
		return nil
	}))
	if err := once.(func() error)(); err != nil {
		t.Fatal(err)
	}
	return path
}

// needTracer ends the test where the tool cannot trace.
func needTracer(t *testing.T, tool string) {
	t.Helper()
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
	testenv.Tool(t, tool)
}
