package config

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestReadFIFO: nobody waits for who writes into a pipe.
func TestReadFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v", err)
	}
}

// TestAliases: what expands to very much is an error, at once.
func TestAliases(t *testing.T) {
	text := "a: &a [x, x]\n"
	for _, next := range "bcdefghijklmnopqrstuvwxyz" {
		last := string(next - 1)
		text += string(next) + ": &" + string(next) + " [*" + last + ", *" + last + "]\n"
	}
	if _, err := Parse("f", []byte(text+"metrics: *z\n")); err == nil ||
		!strings.Contains(err.Error(), "f:27: metrics: want a list, not an alias") {
		t.Errorf("got %v", err)
	}
}

// TestExample: the example of the page is a configuration.
func TestExample(t *testing.T) {
	page, err := os.ReadFile("../../../docs/export.md")
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(page), "```yaml\n")
	text, _, _ = strings.Cut(text, "```\n")
	c, err := Parse("docs/export.md", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Metrics) != 5 || len(c.Spans) != 1 || len(c.Logs) != 1 {
		t.Errorf("got %+v", c)
	}
}
