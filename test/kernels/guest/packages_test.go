//go:build linux && (amd64 || arm64)

package guest

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
)

// TestStorm runs a short storm, without the tracers that are not here.
func TestStorm(t *testing.T) {
	runInGuest(t, "/storm.test", "-program=/program", "-usdt=/usdt", "-each=3s", "-builds=nocgo",
		"-fires=20000", "-kills=10", "-test.run=^(TestStorm|TestExact|TestKilled)$")
}

// TestEngine runs the tests of internal/tracing/uprobe, except those that need a compiler or
// tools.
func TestEngine(t *testing.T) {
	skip := "TestSDT|TestAllProcesses|TestOneProcess|TestSomeProcesses|TestPIDNamespace|" +
		"TestNoFollow|TestPageThatNeverComes|TestWaitForPages|TestValues|TestCountByContainer"
	if runtime.GOARCH != "amd64" {
		skip += "|TestForms386" // it would skip itself, and then the guest would not pass
	}
	runInGuest(t, "/engine.test", "-test.short", "-test.skip=^("+skip+")$")
}

// TestWatch runs the tests of internal/tracing/watch.
func TestWatch(t *testing.T) { runInGuest(t, "/watch.test") }

// runInGuest runs the tests of another package, whose program only a guest has.
func runInGuest(t *testing.T, program string, args ...string) {
	t.Helper()
	if _, err := os.Stat(program); err != nil {
		t.Skip("only in a guest: here these tests run by themselves")
	}
	cmd := exec.Command(program, append(args, "-test.v")...)
	cmd.Env = append(os.Environ(), "USDT_FORMS=/forms", "USDT_REQUIRE_TRACERS=1")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
}
