//go:build linux && amd64

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// suite are the packages whose tests depend on the kernel. They run on the oldest kernel with all
// the tools of this machine, except the tests that match skip.
var suite = []struct{ pkg, skip, because string }{
	{"cstub", "", ""},
	{"stapsdt", "^TestFireIsInlined$", "it asks only the compiler"},
	{"internal/memfd", "^TestStrictSysctl$", "vm.memfd_noexec came with Linux 6.3"},
	{"internal/imagefile", "", ""},
	{"internal/probesite", "", ""},
	{"internal/sdtnote", "", ""},
	{"internal/gdbjit", "", ""},
	{"internal/tracing/doctor", "", ""},
	{"internal/tracing/perfevent", "", ""},
	{"internal/tracing/process", "", ""},
	{"internal/tracing/uprobe", "", ""},
	{"internal/command", "^TestPreviousCommand$",
		"it builds a second command, for which the guest is slow"},
	{"examples/shop", "", ""},
	{"test/static", "", ""},
}

var (
	packageLine = regexp.MustCompile(`(?m)^suite: (\S+): exit status (\d+)\r?$`)
	skipLine    = regexp.MustCompile(`(?m)^ *--- SKIP: .*`)
)

// TestSuite runs the tests of these packages on the oldest kernel of Debian. All rights and tools
// are there, so a test that is skipped is a failure.
func TestSuite(t *testing.T) {
	needBoot(t)
	root := moduleRoot(t)
	programs := buildSuite(t, root)
	var script strings.Builder
	for _, s := range suite {
		if s.skip != "" {
			t.Logf("%s without %s: %s", s.pkg, s.skip, s.because)
		}
		fmt.Fprintf(&script, "cd '%s' && '%s' -test.v -test.timeout=60m -test.skip='%s'; "+
			"echo \"suite: %s: exit status $?\"\n",
			filepath.Join(root, s.pkg), filepath.Join(programs, filepath.Base(s.pkg)+".test"), s.skip, s.pkg)
	}
	t.Setenv("USDT_REQUIRE_TRACERS", "1")
	out := start(t, session{work: root, memory: 4096, command: script.String(), output: io.Discard}, 0)
	passed := make(map[string]bool)
	for _, match := range packageLine.FindAllStringSubmatch(out, -1) {
		passed[match[1]] = match[2] == "0"
	}
	for _, s := range suite {
		if !passed[s.pkg] {
			t.Errorf("%s did not pass", s.pkg)
		}
	}
	for _, line := range skipLine.FindAllString(out, -1) {
		t.Error(line)
	}
}

// buildSuite compiles the tests into a directory that the guest sees, which is not below its
// /tmp.
func buildSuite(t *testing.T, root string) (dir string) {
	t.Helper()
	cache, err := oldest.Cache()
	if err != nil {
		t.Fatal(err)
	}
	if dir, err = os.MkdirTemp(cache, "suite-"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	args := []string{"test", "-c", "-o", dir + "/"}
	for _, s := range suite {
		args = append(args, "./"+s.pkg)
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return dir
}
