package uprobe_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestPIDNamespace runs other tests in a pid and a time namespace. The ids and times of events must
// be those of the namespaces.
func TestPIDNamespace(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	tests := []string{"TestTraceIntegers", "TestFilter", "TestProcesses"}
	pattern := "^(" + strings.Join(tests, "|") + ")$/^this$"
	cmd := exec.Command(testenv.Tool(t, "unshare"), "--pid", "--fork", "--mount-proc",
		"--time", "--monotonic", "1000000", os.Args[0], "-test.v", "-test.run", pattern)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range tests {
		if !strings.Contains(string(out), "--- PASS: "+name+"/this ") {
			t.Errorf("%s did not pass in the namespaces:\n%s", name, out)
		}
	}
}
