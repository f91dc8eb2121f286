//go:build linux && (amd64 || arm64)

package embedded

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// TestShared: the notes of a program are not those of a library that it loads, though the library
// has slots. The probes are in an image.
func TestShared(t *testing.T) {
	needRoot(t)
	gcc := testenv.Tool(t, "gcc")
	dir := t.TempDir()
	library, host := filepath.Join(dir, "shared.so"), filepath.Join(dir, "host")
	if err := testbuild.Go(library, []string{"CGO_ENABLED=1"}, "build", "-buildmode=c-shared",
		"./testdata/shared"); err != nil {
		t.Fatal(err)
	}
	compile := exec.Command(gcc, "-Wall", "-o", host, "testdata/host.c", "-ldl")
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", compile, err, out)
	}
	cmd := exec.Command(host, library)
	cmd.Env = append(cmd.Environ(), "STAPSDT_BACKING=", "STAPSDT_DISABLE=")
	loaded := testenv.Start(t, cmd)
	path := loaded.Next(t)
	if want := fmt.Sprintf("/proc/%d/fd/", loaded.PID()); !strings.HasPrefix(path, want) {
		t.Fatalf("the path is %s, want %s…", path, want)
	}
	c := count(t, path, "probe")
	loaded.Ask(t, "fire")
	expectCount(t, "in the image", c, 1)
}
