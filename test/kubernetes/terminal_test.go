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
	eventually(t, terminal.String(), func() error {
		if strings.Contains(screen.String(), `customer="`+customer+`"`) {
			return nil
		}
		return errors.Join(p.order(customer), errors.New(screen.String()))
	})
	if _, err := keyboard.Write([]byte(ctrlC)); err != nil {
		t.Fatal(err)
	}
	if err := terminal.Wait(); err != nil {
		t.Errorf("%v: %s", err, screen.String())
	}
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
