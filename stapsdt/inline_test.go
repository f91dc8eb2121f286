//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"fmt"
	"os/exec"
	"regexp"
	"testing"

	"github.com/go-usdt/usdt/stapsdt"
)

// TestFireIsInlined looks at the calls in fireAll.
func fireAll(p *stapsdt.Provider) {
	stapsdt.MustProbe0(p, "p0").Fire()
	stapsdt.MustProbe1[string](p, "p1").Fire("a")
	stapsdt.MustProbe2[string, int64](p, "p2").Fire("a", 2)
	stapsdt.MustProbe3[string, int64, bool](p, "p3").Fire("a", 2, true)
	stapsdt.MustProbe4[string, int64, bool, int8](p, "p4").Fire("a", 2, true, 4)
	stapsdt.MustProbe5[string, int64, bool, int8, float64](p, "p5").Fire("a", 2, true, 4, 5)
	stapsdt.MustProbe6[string, int64, bool, int8, float64, uint](p, "p6").Fire("a", 2, true, 4, 5, 6)
}

// TestFireIsInlined asks the compiler: a call of Fire would cost several times as much as the test
// for a tracer that it is when inlined.
func TestFireIsInlined(t *testing.T) {
	fireAll(newProvider(t))
	cmd := exec.Command("go", "test", "-c", "-o", t.TempDir()+"/test", "-gcflags=-m", ".")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("compile: %v\n%s", err, out)
	}
	for n := range 7 {
		method := fmt.Sprintf(`stapsdt\.\(\*Probe%d(\[.*\])?\)\.Fire`, n)
		call := regexp.MustCompile(`inline_test.go:.*inlining call to ` + method)
		if !call.Match(out) {
			t.Errorf("the call of Probe%d.Fire is not inlined", n)
		}
	}
}
