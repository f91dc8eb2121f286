//go:build linux && (amd64 || arm64)

package tracers

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// traced is a process of the program internal/testing/traced.
type traced struct {
	*child
	provider string
	dir      string // of named files
}

// startTraced starts the program with a probe of each type. The program must end by itself, with
// status 0, when the test is done.
func startTraced(t *testing.T, c config) *traced {
	t.Helper()
	return startProvider(t, c, "traced")
}

// startShop starts the program with a probe of each type, and with the probes of the examples in
// docs/tracers.md.
func startShop(t *testing.T, c config) *traced {
	t.Helper()
	return startProvider(t, c, "shop")
}

func startProvider(t *testing.T, c config, provider string) *traced {
	t.Helper()
	if c.backing == embedded {
		return startBinary(t, ownCopy(t, c.buildEmbedded(t, provider)), "", provider)
	}
	return startBinary(t, c.build(t), c.backing, provider)
}

func startBinary(t *testing.T, path, backing, provider string) *traced {
	t.Helper()
	cmd := exec.Command(path, "-typed", provider)
	app := &traced{provider: provider, dir: t.TempDir()}
	cmd.Env = append(os.Environ(),
		"STAPSDT_DISABLE=", "STAPSDT_BACKING="+backing, "STAPSDT_DIR="+app.dir)
	app.child = start(t, cmd)
	t.Cleanup(func() { app.end(t) })
	app.answer(t, "load", app.Next(t))
	return app
}

// do has the program carry out a command, and returns the answer.
func (app *traced) do(t *testing.T, command string) string {
	t.Helper()
	return app.answer(t, command, app.Ask(t, command))
}

func (app *traced) answer(t *testing.T, command, answer string) string {
	t.Helper()
	if strings.HasPrefix(answer, "error: ") {
		t.Fatalf("%s: %s: %s", app.Path, command, answer)
	}
	return answer
}

// path returns the path of the file with the probe: that of the program itself if the probe is
// embedded.
func (app *traced) path(t *testing.T, probe string) string {
	t.Helper()
	path := app.do(t, "path "+probe)
	if path == fmt.Sprintf("/proc/%d/exe", app.PID()) {
		return app.Path
	}
	return path
}

// fire fires a probe once.
func (app *traced) fire(t *testing.T, probe string, args ...any) {
	t.Helper()
	list := make([]any, len(args))
	for i, arg := range args {
		list[i] = arg
		if bytes, ok := arg.([]byte); ok {
			list[i] = characters(bytes)
		}
	}
	array, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	app.do(t, "fire "+probe+" "+string(array))
}

// characters returns a text whose characters have the bytes as their numbers.
func characters(bytes []byte) string {
	runes := make([]rune, len(bytes))
	for i, b := range bytes {
		runes[i] = rune(b)
	}
	return string(runes)
}

// end ends the program, which must not leave a file behind.
func (app *traced) end(t *testing.T) {
	t.Helper()
	if app.Ended() {
		return
	}
	app.End(t)
	if left := app.files(t); len(left) > 0 {
		t.Errorf("the program left %q", left)
	}
}

// files returns the named files of the program in its directory.
func (app *traced) files(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(app.dir, func(path string, d fs.DirEntry, err error) error {
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
