//go:build linux && (amd64 || arm64)

package tracers

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// unknownNote is a complaint that eu-elflint has about every note of a probe, in any file: it
// does not know their type.
var unknownNote = regexp.MustCompile(`^section \[ ?\d+\] '\.note\.stapsdt': ` +
	`unknown object file note type 3 with owner name 'stapsdt' at offset \d+$`)

// TestElflint has eu-elflint check the image against the standards.
func TestElflint(t *testing.T) {
	testenv.Tool(t, "eu-elflint")
	matrix(t, func(t *testing.T, c config) {
		path := startTraced(t, c).path(t, "none")
		var known []string // of the program as the linker made it
		if c.backing == embedded {
			known = elflint(t, c.buildBare(t, "traced"))
		}
		for _, line := range elflint(t, path) {
			if !unknownNote.MatchString(line) && !slices.Contains(known, line) {
				t.Errorf("eu-elflint: %s", line)
			}
		}
	})
}

// elflint returns the complaints about a file.
func elflint(t *testing.T, path string) []string {
	t.Helper()
	checked := start(t, exec.Command("eu-elflint", "--strict", path))
	lines, err := checked.Wait()
	if err != nil && len(lines) == 0 { // with complaints, the exit status is 1
		t.Fatal(err)
	}
	if errors := checked.Errors(); errors != "" {
		t.Errorf("eu-elflint: %s", errors)
	}
	return lines
}

// TestEuReadelf has eu-readelf print everything in the image.
func TestEuReadelf(t *testing.T) {
	testenv.Tool(t, "eu-readelf")
	matrix(t, func(t *testing.T, c config) {
		path := startTraced(t, c).path(t, "none")
		reader := start(t, exec.Command("eu-readelf", "-a", path))
		printed := reader.Output(t)
		if errors := reader.Errors(); errors != "" {
			t.Errorf("eu-readelf: %s", errors)
		}
		for _, name := range names {
			if !strings.Contains(printed, "Provider: traced, Name: "+name+", Args: '") {
				t.Errorf("eu-readelf does not print %s:\n%s", name, printed)
			}
		}
	})
}
