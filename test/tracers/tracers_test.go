//go:build linux && (amd64 || arm64)

// Package tracers holds the tests whose judges are other people's programs: readelf, bpftrace,
// gdb, perf and more read the probes of live processes. The traced program,
// internal/testing/traced, is built in every way in which probes can be loaded.
package tracers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
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
	backing string // memfd or file, or embedded
}

// embedded is for probes that are not published, but in the program's file.
const embedded = "embedded"

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

// configs returns all configurations. Who writes images does not matter to embedded probes.
func configs() []config {
	var configs []config
	for _, v := range variants {
		configs = append(configs, config{v, "memfd"}, config{v, "file"})
		if v.tags == "" {
			configs = append(configs, config{v, embedded})
		}
	}
	return configs
}

// matrix runs f with every configuration, several at a time.
func matrix(t *testing.T, f func(t *testing.T, c config)) {
	t.Parallel()
	for _, c := range configs() {
		t.Run(c.name+"/"+c.backing, func(t *testing.T) {
			t.Parallel()
			f(t, c)
		})
	}
}

// build builds the program of the variant, once, and returns its path.
func (v variant) build(t *testing.T) string {
	t.Helper()
	return once(t, v.name, func(path string) error {
		return testbuild.Go(path, []string{"CGO_ENABLED=" + v.cgo}, "build", "-tags", v.tags,
			"../../internal/testing/traced")
	})
}

var builds sync.Map // of func() error by name

// once has build make a file of that name among the binaries, if it is not there, and returns the
// path.
func once(t *testing.T, name string, build func(path string) error) string {
	t.Helper()
	path := filepath.Join(binaries, name)
	made, _ := builds.LoadOrStore(name, sync.OnceValue(func() error { return build(path) }))
	if err := made.(func() error)(); err != nil {
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
