// Package testenv decides what happens to a test that lacks something in its environment, and
// runs the processes that tests start.
package testenv

import (
	"debug/elf"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// Lacks ends a test that cannot run here. The test is skipped, with the reason. It fails when
// USDT_REQUIRE_TRACERS=1 promises that everything is there: root's rights and all the tools.
func Lacks(t testing.TB, reason error) {
	t.Helper()
	if os.Getenv("USDT_REQUIRE_TRACERS") == "1" {
		t.Fatalf("%v, although USDT_REQUIRE_TRACERS=1", reason)
	}
	t.Skipf("cannot run here: %v", reason)
}

// Tool returns the path of a program.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		Lacks(t, err)
	}
	return path
}

// PublicDir is t.TempDir for a directory that every user may enter, as one below a user's own may
// not be. Only its owner may write there.
func PublicDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "public")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// IsStatic reports whether a program needs no dynamic linker.
func IsStatic(t testing.TB, program string) bool {
	t.Helper()
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return !slices.ContainsFunc(f.Progs, func(p *elf.Prog) bool { return p.Type == elf.PT_INTERP })
}

// Again returns the command line that runs one test of this test program in another process. What
// is run there counts in the coverage of this one.
func Again(test string) []string {
	args := []string{os.Args[0], "-test.run=^" + test + "$", "-test.v"}
	if data := flag.Lookup("test.gocoverdir").Value.String(); data != "" {
		args = append(args, "-test.gocoverdir="+data)
	}
	return args
}

// RequireSDT ends a test that lacks sys/sdt.h, whose macros declare probes in C.
func RequireSDT(t testing.TB) {
	t.Helper()
	cmd := exec.Command(Tool(t, "gcc"), "-E", "-include", "sys/sdt.h", "-x", "c", os.DevNull)
	if out, err := cmd.CombinedOutput(); err != nil {
		Lacks(t, fmt.Errorf("no sys/sdt.h, which Debian has in systemtap-sdt-dev: %v\n%s", err, out))
	}
}
