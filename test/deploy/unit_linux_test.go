// Package deploy judges what is in the directory deploy: by systemd's own tools, by Prometheus's,
// and by running usdt with the limits that the unit sets.
package deploy

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

const (
	unitFile = "../../deploy/systemd/usdt-export.service"
	oldFile  = "../../deploy/systemd/usdt-export-before-6.6.conf"
)

// A unit has the values of each setting, in their order.
type unit map[string][]string

// readUnit reads a unit and its drop-ins. An empty value takes back those before it.
func readUnit(t *testing.T, paths ...string) unit {
	t.Helper()
	u := make(unit)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			switch {
			case strings.HasPrefix(line, "#") || !ok:
			case value == "":
				u[key] = nil
			default:
				u[key] = append(u[key], value)
			}
		}
	}
	return u
}

// words returns the words of a setting that has a list.
func (u unit) words(key string) []string { return strings.Fields(strings.Join(u[key], " ")) }

// install puts the unit where systemd's tools look, with the drop-in that old kernels take or
// without, and a program that is there in place of usdt's.
func install(t *testing.T, dropIns ...string) string {
	t.Helper()
	directory := t.TempDir()
	text, err := os.ReadFile(unitFile)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(directory, filepath.Base(unitFile))
	text = bytes.ReplaceAll(text, []byte("/usr/bin/usdt "), []byte("/bin/true "))
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path+".d", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, dropIn := range dropIns {
		to := filepath.Join(path+".d", filepath.Base(dropIn))
		if text, err = os.ReadFile(dropIn); err == nil {
			err = os.WriteFile(to, text, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// TestUnit has systemd look for mistakes, and for what the service could be denied still: the
// exposure that it finds is a number from 0 to 10.
func TestUnit(t *testing.T) {
	analyze := testenv.Tool(t, "systemd-analyze")
	for _, tt := range []struct {
		name, exposure string // in tenths
		dropIns        []string
	}{
		{"since 6.6", "25", nil},
		{"before 6.6", "27", []string{oldFile}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := install(t, tt.dropIns...)
			output, err := exec.Command(analyze, "verify", "--man=no", path).CombinedOutput()
			if err != nil || len(output) > 0 {
				t.Errorf("systemd-analyze verify: %v\n%s", err, output)
			}
			cmd := exec.Command(analyze, "security", "--offline=yes", "--no-pager",
				"--threshold="+tt.exposure, path)
			output, err = cmd.CombinedOutput()
			if err != nil {
				t.Errorf("%v: %v\n%s", cmd, err, output)
			}
			lines := strings.Split(strings.TrimSpace(string(output)), "\n")
			t.Log(lines[len(lines)-1])
		})
	}
}
