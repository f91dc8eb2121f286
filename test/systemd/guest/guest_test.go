//go:build linux

// Package guest has the tests that run in the machine of package systemd, as root, beside a systemd
// that is the first process. The package of usdt is installed there.
package guest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

const (
	exporter = "usdt-export"
	address  = "http://127.0.0.1:9844" // as the package's configuration has it
	usdt     = "/usr/bin/usdt"         // not the one that the machine brings
	examples = "/usr/share/doc/usdt/examples/"
)

func TestMain(m *testing.M) {
	if os.Getenv("USDT_GUEST") == "" {
		fmt.Println("make test-systemd runs these tests in a machine of their own")
		os.Exit(0)
	}
	if err := prepare(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// output runs a command and returns what it prints.
func output(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	out, err := cmd.Output()
	if err != nil {
		complaint := ""
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			complaint = string(exit.Stderr)
		}
		err = fmt.Errorf("%v: %w\n%s%s", cmd, err, out, complaint)
	}
	return strings.TrimSpace(string(out)), err
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := output(name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// property returns what systemd says of a unit.
func property(t *testing.T, unit, name string) string {
	t.Helper()
	return run(t, "systemctl", "show", "--property", name, "--value", unit)
}

// eventually tries until there is no error.
func eventually(t *testing.T, try func() error) {
	t.Helper()
	const pause = 300 * time.Millisecond // leaves the only processor to others
	err := try()
	for began := time.Now(); err != nil && time.Since(began) < testenv.Patience; err = try() {
		time.Sleep(pause)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, said(t))
	}
}

// said returns what the exporter has said since the machine was started.
func said(t *testing.T) string {
	t.Helper()
	return run(t, "journalctl", "--no-pager", "--output", "cat", "--unit", exporter)
}

// get returns what a server answers.
func get(url string) (string, error) {
	response, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", url, response.Status, text)
	}
	return string(text), err
}

// awaitMetrics waits until all lines are among the metrics.
func awaitMetrics(t *testing.T, lines ...string) {
	t.Helper()
	eventually(t, func() error {
		text, err := get(address + "/metrics")
		for _, line := range lines {
			if err == nil && !strings.Contains("\n"+text, "\n"+line+"\n") {
				err = fmt.Errorf("no %s in:\n%s", line, text)
			}
		}
		return err
	})
}
