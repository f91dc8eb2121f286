package deploy

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLostConnection: a recipe that reads the log of a container prints each line once and returns
// the exit status, although connections are lost: the first one in the middle of a line, the second
// one together with the whole server, while the container ends.
func TestLostConnection(t *testing.T) {
	directory := t.TempDir()
	// Each call of logs has a file of what it prints, and ends it.
	for name, text := range map[string]string{
		"log1": "usdt: tracing 1 probe\nfirst\nsec",
		"log2": "",
		"log3": "usdt: tracing 1 probe\nfirst\nsecond\n",
		"log4": "usdt: tracing 1 probe\nfirst\nsecond\nthird\n",
		"kubectl": `#!/bin/sh
cd "${0%/*}"
case "$*" in
  *" logs "*)
    n=$(($(cat calls 2>/dev/null) + 1))
    echo $n >calls
    cat log$n
    exit 1 ;;
  *" get "*)
    [ "$(cat calls)" != 2 ] || { echo "the server does not answer" >&2; exit 1; }
    [ "$(cat calls)" -lt 3 ] || echo 7 ;;
esac
`,
	} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("sh", "-euc",
		". ../../deploy/kubernetes/recipes/container.sh; follow shop shop-1 usdt-1 containerStatuses")
	cmd.Env = append(os.Environ(), "PATH="+directory+":"+os.Getenv("PATH"))
	var said strings.Builder
	cmd.Stderr = &said
	printed, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 7 {
		t.Errorf("the exit status: %v, want 7", err)
	}
	if diff := cmp.Diff("first\nsecond\nthird\n", string(printed)); diff != "" {
		t.Errorf("it prints (-want +got):\n%s", diff)
	}
	want := "usdt: tracing 1 probe\nthe server does not answer\n"
	if diff := cmp.Diff(want, said.String()); diff != "" {
		t.Errorf("it says (-want +got):\n%s", diff)
	}
}
