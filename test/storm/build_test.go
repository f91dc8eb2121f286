//go:build linux && (amd64 || arm64)

package storm

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// Where there is no compiler, these are given.
var (
	programFile = flag.String("program", "", "the program without cgo; other builds are left out")
	usdtFile    = flag.String("usdt", "", "the usdt command")
)

// A build is a way to build the program, and to run it.
type build struct {
	name  string
	cgo   string // CGO_ENABLED
	flags []string
	env   []string // of the program
}

var builds = []build{
	{name: "cgo", cgo: "1"},
	{name: "nocgo", cgo: "0"},
	{name: "race", cgo: "1", flags: []string{"-race"}},
	{name: "checkptr", cgo: "1", flags: []string{"-gcflags=all=-d=checkptr"}},
	{name: "unoptimized", cgo: "0", flags: []string{"-gcflags=all=-N -l"}},
	{name: "asan", cgo: "1", flags: []string{"-asan"}},
	{name: "asyncpreemptoff", cgo: "0", env: []string{"GODEBUG=asyncpreemptoff=1"}},
	{name: "nop", cgo: "0", env: []string{"STAPSDT_SITE=nop"}},
	{name: "nop5", cgo: "0", env: []string{"STAPSDT_SITE=nop5"}},
	{name: "nop10", cgo: "0", env: []string{"STAPSDT_SITE=nop10"}},
}

// available returns those of the builds that can be made here.
func available(builds []build) []build {
	if *programFile == "" {
		return builds
	}
	return slices.DeleteFunc(slices.Clone(builds), func(b build) bool {
		return b.cgo != "0" || b.flags != nil
	})
}

// program builds the program and returns its path.
func (b build) program(t *testing.T) string {
	t.Helper()
	if *programFile != "" {
		return *programFile
	}
	return goBuild(t, "CGO_ENABLED="+b.cgo, b.flags, "./program")
}

// traceable returns an error if this kernel does not trace the sites of the program.
func (b build) traceable(path string) error {
	c, err := counter.OpenProbe(path, steadyProbe)
	if err != nil {
		return err
	}
	return c.Close()
}

func buildUsdt(t *testing.T) string {
	t.Helper()
	if *usdtFile != "" {
		return *usdtFile
	}
	return goBuild(t, "CGO_ENABLED=0", nil, "../../cmd/usdt")
}

func goBuild(t *testing.T, env string, flags []string, pkg string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), filepath.Base(pkg))
	cmd := exec.Command("go", append(append([]string{"build", "-o", path}, flags...), pkg)...)
	cmd.Env = append(os.Environ(), env)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return path
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
}
