package main

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/testing/document"
)

var update = flag.Bool("update", false, "write the table of probes into README.md")

// TestReadme compares the table of probes in README.md with what usdt describe writes about this
// process.
func TestReadme(t *testing.T) {
	described := describe(t)
	if *update {
		if err := document.Replace("README.md", "probes", described); err != nil {
			t.Fatal(err)
		}
	}
	table, err := document.Section("README.md", "probes")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(described), strings.TrimSpace(table)); diff != "" {
		t.Errorf("go test ./examples/shop -run Readme -update writes the table: -usdt +README\n%s", diff)
	}
}

// describe returns what usdt knows of the probes of this process.
func describe(t *testing.T) string {
	t.Helper()
	if err := provider.Load(); err != nil {
		t.Fatal(err)
	}
	defer provider.Unload() // other tests fire the probes
	usdt := filepath.Join(t.TempDir(), "usdt")
	build := exec.Command("go", "build", "-o", usdt, "../../cmd/usdt")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(usdt, "describe", "-p", strconv.Itoa(os.Getpid()), "--markdown",
		"shop:*").Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
