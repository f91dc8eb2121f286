package uprobe_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// TestPIDNamespace runs other tests in a pid and a time namespace. The ids and times of events must
// be those of the namespaces.
func TestPIDNamespace(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	tests := []string{"TestTraceIntegers", "TestFilter", "TestProcesses"}
	pattern := "^(" + strings.Join(tests, "|") + ")$/^this$"
	out := inNamespace(t, pattern, "--time", "--monotonic", "1000000")
	for _, name := range tests {
		if !strings.Contains(out, "--- PASS: "+name+"/this ") {
			t.Errorf("%s did not pass in the namespaces:\n%s", name, out)
		}
	}
}

// inNamespace runs tests in a pid namespace, and in others that unshare(1) is asked for, and
// returns their output.
func inNamespace(t *testing.T, pattern string, others ...string) string {
	t.Helper()
	args := append([]string{"--pid", "--fork", "--mount-proc"}, others...)
	args = append(args, os.Args[0], "-test.v", "-test.run", pattern)
	cmd := exec.Command(testenv.Tool(t, "unshare"), args...)
	cmd.Env = append(os.Environ(), namespaced+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

const namespaced = "USDT_TEST_NAMESPACED"

// TestNoFollow: in a pid namespace, the kernel's programs would add other ids than those that the
// set has.
func TestNoFollow(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	if os.Getenv(namespaced) == "" {
		inNamespace(t, "^TestNoFollow$")
		return
	}
	err := newProcesses(t).Follow(uprobe.Criteria{Descend: true})
	if !errors.Is(err, uprobe.ErrNoFollow) {
		t.Errorf("following in a pid namespace: %v", err)
	}
}

func newProcesses(t *testing.T) *uprobe.Processes {
	t.Helper()
	set, err := uprobe.NewProcesses()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := set.Close(); err != nil {
			t.Error(err)
		}
	})
	return set
}
