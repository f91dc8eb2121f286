package elfimage_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/elfimage"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestReadelf and TestElflint: programs that know ELF better than we do look for mistakes.

func TestReadelf(t *testing.T) {
	readelf := testenv.Tool(t, "readelf")
	eachSpec(t, func(t *testing.T, spec elfimage.Spec) {
		args := []string{"--wide", "--all", "--lint"}
		if len(spec.Probes) == 0 { // readelf complains of empty sections, whoever made them
			args = []string{"--wide", "--headers", "--dynamic", "--symbols"}
		}
		out, err := run(t, readelf, append(args, writeImage(t, spec))...)
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for line := range strings.Lines(out) {
			if strings.Contains(line, "Warning") || strings.Contains(line, "Error") {
				t.Error(line)
			}
		}
		for _, p := range spec.Probes {
			if !strings.Contains(out, "Name: "+p.Name+"\n") {
				t.Fatalf("readelf sees no probe %s", p.Name)
			}
		}
	})
}

// TestElflint accepts complaints about stapsdt notes: elflint does not know them.
func TestElflint(t *testing.T) {
	elflint := testenv.Tool(t, "eu-elflint")
	eachSpec(t, func(t *testing.T, spec elfimage.Spec) {
		// elflint fails whenever it complains, so only its output counts.
		out, _ := run(t, elflint, "--gnu-ld", writeImage(t, spec))
		for line := range strings.Lines(out) {
			if line != "No errors\n" && !strings.Contains(line, "owner name 'stapsdt'") {
				t.Error(line)
			}
		}
		if out == "" {
			t.Error("elflint printed nothing")
		}
	})
}

func writeImage(t *testing.T, spec elfimage.Spec) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "image.so")
	if err := os.WriteFile(path, build(t, spec), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// run returns what the tool prints, in English.
func run(t *testing.T, tool string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command(tool, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return string(out), err
}
