//go:build linux && (amd64 || arm64)

package guest

import (
	"os"
	"os/exec"
	"runtime"
	"testing"
)

// TestEngine runs the tests of internal/tracing/uprobe, except those that need a compiler or
// tools.
func TestEngine(t *testing.T) {
	const program = "/engine.test"
	if _, err := os.Stat(program); err != nil {
		t.Skip("only in a guest: here the tests of internal/tracing/uprobe run by themselves")
	}
	skip := "TestSDT|TestAllProcesses|TestOneProcess|TestPIDNamespace|TestPageThatNeverComes|" +
		"TestWaitForPages|TestValues"
	if runtime.GOARCH != "amd64" {
		skip += "|TestForms386" // it would skip itself, and then the guest would not pass
	}
	cmd := exec.Command(program, "-test.v", "-test.short", "-test.skip=^("+skip+")$")
	cmd.Env = append(os.Environ(), "USDT_FORMS=/forms", "USDT_REQUIRE_TRACERS=1")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
}
