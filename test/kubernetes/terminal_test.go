package kubernetes_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// testTerminal: at a terminal, Ctrl-C ends the usdt of a recipe, which nobody could end otherwise.
func testTerminal(t *testing.T) {
	restricted, dev := shops(t, "shop")[0], shops(t, "shop-dev")[0]
	for _, test := range []struct {
		name string
		of   pod
		args []string
	}{
		{"exporter.sh", restricted, []string{"trace", "shop:order"}},
		{"node.sh", restricted, []string{"trace", "shop:order"}},
		{"restricted.sh", restricted, []string{"localhost:6060", "trace", "shop:order"}},
		{"ephemeral.sh", dev, []string{"shop", "trace", "shop:order"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			interruptAfterOrder(t, recipe(test.name, test.of, test.args...), test.of, test.name)
		})
	}
	eventually(t, "the end of each usdt that traces", func() error {
		files, err := filepath.Glob("/proc/[0-9]*/cmdline")
		if err != nil {
			return err
		}
		for _, file := range files {
			words, _ := os.ReadFile(file) // or it has ended
			if bytes.HasPrefix(words, []byte("/usdt\x00")) &&
				bytes.Contains(words, []byte("\x00trace\x00")) {
				return fmt.Errorf("%s: %q", file, words)
			}
		}
		return nil
	})
}

// interruptAfterOrder runs a command at a terminal of its own, has a customer order in the pod
// until the terminal shows it, presses Ctrl-C, and waits for the end of the command.
func interruptAfterOrder(t *testing.T, cmd *exec.Cmd, p pod, customer string) {
	t.Helper()
	const ctrlC = "\x03"
	terminal := exec.Command("script", "--quiet", "--flush", "--command", cmd.String(), "/dev/null")
	terminal.Env = cmd.Env
	var screen screen
	terminal.Stdout, terminal.Stderr = &screen, &screen
	keyboard, err := terminal.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := terminal.Start(); err != nil {
		t.Fatal(err)
	}
	orderUntilShown(t, &screen, p, customer)
	if _, err := keyboard.Write([]byte(ctrlC)); err != nil {
		t.Fatal(err)
	}
	if err := terminal.Wait(); err != nil {
		t.Errorf("%v: %s", err, screen.String())
	}
}

// testProgram: a program that calls a recipe sees an order at once, and when it is ended with the
// recipe, nothing stays on the node.
func testProgram(t *testing.T) {
	const name = "node.sh"
	p := shops(t, "shop")[0]
	cmd := recipe(name, p, "trace", "shop:order")
	var output screen
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	orderUntilShown(t, &output, p, name)
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("it says that it has not been ended")
	}
	eventually(t, "the end of the pod", func() error {
		pods := kubectl(t, "-n", "usdt", "get", "pods", "-l", "run", "-o", "name")
		if pods == "" {
			return nil
		}
		return errors.New(pods)
	})
}

// orderUntilShown has a customer order in the pod until the screen shows it.
func orderUntilShown(t *testing.T, s *screen, p pod, customer string) {
	t.Helper()
	eventually(t, "an order of "+customer, func() error {
		if strings.Contains(s.String(), `customer="`+customer+`"`) {
			return nil
		}
		return errors.Join(p.order(customer), errors.New(s.String()))
	})
}

// A screen has what was written to it.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}
