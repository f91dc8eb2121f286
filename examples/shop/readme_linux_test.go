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
)

var update = flag.Bool("update", false, "write the table of probes into README.md")

// TestReadme compares the table of probes in README.md with what usdt describe writes about this
// process.
func TestReadme(t *testing.T) {
	const begin, end = "<!-- probes -->\n", "<!-- /probes -->"
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(page), begin)
	table, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("README.md has no %s and %s", begin, end)
	}
	described := "\n" + describe(t) + "\n"
	if *update {
		page := before + begin + described + end + after
		if err := os.WriteFile("README.md", []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(described, table); diff != "" {
		t.Errorf("go test ./examples/shop -run Readme -update writes the table: -usdt +README\n%s", diff)
	}
}

// describe returns what usdt knows of the probes of this process.
func describe(t *testing.T) string {
	t.Helper()
	if err := provider.Load(); err != nil {
		t.Fatal(err)
	}
	defer provider.Close()
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
