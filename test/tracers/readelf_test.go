//go:build linux && (amd64 || arm64)

package tracers

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

var update = flag.Bool("update", false,
	"write the files in testdata, and the table in docs/tracers.md")

// The build ID is a digest of the image, including the code at the sites, whose form depends on
// the kernel.
var buildID = regexp.MustCompile(`Build ID: [0-9a-f]{32}\n`)

// TestReadelf compares what readelf prints of a published image with testdata. It is the same for
// every variant and backing, and the notes in a program are those of an image.
func TestReadelf(t *testing.T) {
	testenv.Tool(t, "readelf")
	matrix(t, func(t *testing.T, c config) {
		path := startTraced(t, c).path(t, "none")
		if c.backing == embedded {
			checkNotes(t, path)
			return
		}
		for _, flags := range []string{"-nW", "-lSW"} {
			readelf := start(t, exec.Command("readelf", flags, path))
			got := readelf.Output(t)
			if warnings := readelf.Errors(); warnings != "" {
				t.Errorf("readelf %s: %s", flags, warnings)
			}
			got = buildID.ReplaceAllString(got, "Build ID: (32 digits)\n")
			golden(t, "readelf"+flags+"."+runtime.GOARCH, got)
		}
	})
}

// checkNotes compares the notes in a program with those of an image, but for where the sites are.
func checkNotes(t *testing.T, path string) {
	t.Helper()
	image, err := os.ReadFile(filepath.Join("testdata", "readelf-nW."+runtime.GOARCH))
	if err != nil {
		t.Fatal(err)
	}
	readelf := start(t, exec.Command("readelf", "-nW", path))
	check(t, "the notes", notes(string(image)), notes(readelf.Output(t)))
	if warnings := readelf.Errors(); warnings != "" {
		t.Errorf("readelf -nW: %s", warnings)
	}
}

// notes returns what readelf prints of each probe, without addresses, sorted.
func notes(printed string) []string {
	found := regexp.MustCompile(`(Provider: .*\n *Name: .*\n).*(\n *Arguments:.*\n)`)
	var notes []string
	for _, match := range found.FindAllStringSubmatch(printed, -1) {
		notes = append(notes, match[1]+match[2])
	}
	slices.Sort(notes)
	return notes
}

// golden compares got with a file in testdata, or with -update writes the file.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: make it with -update, and read it", err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// location returns the address of a probe in the image, according to readelf. The offset in the
// file is the same.
func location(t *testing.T, path, probe string) string {
	t.Helper()
	notes := start(t, exec.Command("readelf", "-nW", path)).Output(t)
	found := regexp.MustCompile(`Name: ` + probe + `\s+Location: 0x0*([0-9a-f]+)`)
	match := found.FindStringSubmatch(notes)
	if match == nil {
		t.Fatalf("readelf does not see %s:\n%s", probe, notes)
	}
	return "0x" + match[1]
}
