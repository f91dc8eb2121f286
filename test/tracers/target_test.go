//go:build linux && (amd64 || arm64)

package tracers

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// target is the traced process.
type target struct {
	*child
	provider string
	dir      string // of named files
}

// startTarget starts a target with all its probes loaded. It must end by itself, and well, when the
// test is done.
func startTarget(t *testing.T, c config, args ...string) *target {
	t.Helper()
	return startBinary(t, c.build(t), c.backing, args...)
}

func startBinary(t *testing.T, path, backing string, args ...string) *target {
	t.Helper()
	cmd := exec.Command(path, args...)
	tg := &target{provider: "target", dir: t.TempDir()}
	cmd.Env = append(os.Environ(), "STAPSDT_DISABLE=", "STAPSDT_BACKING="+backing, "STAPSDT_DIR="+tg.dir)
	tg.child = start(t, cmd)
	t.Cleanup(func() { tg.end(t) })
	tg.do(t, "load")
	return tg
}

// startShop starts a target with the probes of the examples in docs/tracers.md.
func startShop(t *testing.T, c config) *target {
	t.Helper()
	tg := startTarget(t, c, "-provider", "shop")
	tg.provider = "shop"
	return tg
}

// do has the target carry out a command of its main.go and returns the answer.
func (tg *target) do(t *testing.T, command string) string {
	t.Helper()
	if _, err := tg.stdin.Write([]byte(command + "\n")); err != nil {
		t.Fatal(err)
	}
	answer := tg.next(t)
	if strings.HasPrefix(answer, "error: ") {
		t.Fatalf("target: %s: %s", command, answer)
	}
	return answer
}

// fire fires a probe once.
func (tg *target) fire(t *testing.T, probe string, args ...any) {
	t.Helper()
	if args == nil {
		args = []any{}
	}
	list, err := json.Marshal(args)
	if err != nil {
		t.Fatal(err)
	}
	tg.do(t, "fire "+probe+" "+string(list))
}

// end closes the target's input, upon which it ends.
func (tg *target) end(t *testing.T) {
	t.Helper()
	if tg.ProcessState != nil {
		return
	}
	tg.stdin.Close()
	if _, err := tg.wait(); err != nil {
		t.Errorf("target: %v", err)
	}
	if left := tg.files(t); len(left) > 0 {
		t.Errorf("the target left %q", left)
	}
}

// files returns the named files that the target has made in its directory or below.
func (tg *target) files(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(tg.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
