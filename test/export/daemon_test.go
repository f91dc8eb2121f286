//go:build linux && (amd64 || arm64)

package export

import (
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A daemon is a process that says on its standard error what it does, and ends by SIGTERM.
type daemon struct {
	*testenv.Child
	said *said
}

func startDaemon(t *testing.T, name string, args ...string) daemon {
	t.Helper()
	d := daemon{said: &said{more: make(chan bool, 1)}}
	cmd := exec.Command(name, args...)
	cmd.Stderr = d.said
	d.Child = testenv.Start(t, cmd)
	t.Cleanup(func() {
		if !d.Ended() {
			d.stop(t)
		}
		if t.Failed() {
			t.Logf("%v said:\n%s", d.Cmd, d.said.all())
		}
	})
	return d
}

// stop ends the daemon, which must end with status 0.
func (d daemon) stop(t *testing.T) {
	t.Helper()
	if err := d.Process.Signal(syscall.SIGTERM); err != nil {
		t.Error(err)
	}
	d.End(t)
}

// waitFor waits until the daemon has said what matches, and returns the first group of it.
func (d daemon) waitFor(t *testing.T, pattern string) string {
	t.Helper()
	expr := regexp.MustCompile(pattern)
	deadline := time.After(testenv.Patience)
	for {
		if found := expr.FindSubmatch(d.said.all()); found != nil {
			return string(found[1])
		}
		select {
		case <-d.said.more:
		case <-deadline:
			t.Fatalf("%v does not say %s, but:\n%s", d.Cmd, pattern, d.said.all())
		}
	}
}

// said is what a process has said so far.
type said struct {
	mu   sync.Mutex
	text []byte
	more chan bool // has an element when there is more
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	s.text = append(s.text, p...)
	s.mu.Unlock()
	select {
	case s.more <- true:
	default:
	}
	return len(p), nil
}

func (s *said) all() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]byte(nil), s.text...)
}

// eventually waits until the condition returns nothing, which otherwise is what is wrong.
func eventually(t *testing.T, condition func() string) {
	t.Helper()
	const between = 50 * time.Millisecond
	for deadline := time.Now().Add(testenv.Patience); ; time.Sleep(between) {
		wrong := condition()
		if wrong == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(wrong)
		}
	}
}
