package config

import (
	"os"
	"strings"
	"testing"
)

// TestReadIrregular: what is not a configuration is not read.
func TestReadIrregular(t *testing.T) {
	const want = "read the configuration: /dev/zero is not a regular file"
	if _, err := Read("/dev/zero"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
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
