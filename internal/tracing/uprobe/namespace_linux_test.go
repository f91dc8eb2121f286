package uprobe_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestPIDNamespace runs tests in a pid and a time namespace: the ids and times of events must be
// those that are known there.
func TestPIDNamespace(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("not root")
	}
	const tests = "^(TestTraceIntegers|TestFilter)$/^this$"
	out, err := exec.Command(testenv.Tool(t, "unshare"), "--pid", "--fork", "--mount-proc",
		"--time", "--monotonic", "1000000",
		os.Args[0], "-test.run", tests, "-test.v").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
