package docs

import (
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A guard is a process that ends what pages have started, if the test is killed.
type guard struct{ input io.WriteCloser }

// watch reads process groups. At the end of its input without a line "over", nobody else ends them.
const watch = `groups=
while read -r group; do
  test "$group" != over || exit 0
  groups="$groups -$group"
done
kill -TERM -- $groups`

func startGuard(t *testing.T) *guard {
	t.Helper()
	cmd := exec.Command("bash", "-c", watch)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is not for it
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	g := &guard{input}
	t.Cleanup(func() {
		g.tell("over")
		input.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// tell writes a line. If the guard is gone, nothing is lost but its help.
func (g *guard) tell(line any) { _, _ = fmt.Fprintln(g.input, line) }

// TestGuard lets a guard's input end without a word, as when the test is killed.
func TestGuard(t *testing.T) {
	gone, left := exec.Command("true"), exec.Command("sleep", "infinity")
	gone.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	left.SysProcAttr = gone.SysProcAttr
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	child := testenv.Start(t, left)
	defer child.Kill()
	cmd := exec.Command("bash", "-c", watch)
	cmd.Stdin = strings.NewReader(fmt.Sprintln(gone.Process.Pid) + fmt.Sprintln(child.PID()))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Logf("%v: %s", err, out) // one of them is gone
	}
	if _, err := child.Wait(); err == nil || err.Error() != "signal: terminated" {
		t.Errorf("what was left ends with %v", err)
	}
}
