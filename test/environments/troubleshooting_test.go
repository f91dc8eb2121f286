//go:build linux && (amd64 || arm64)

// Package environments brings about the errors that docs/environments.md explains under
// Troubleshooting.
package environments

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/test/vm/task"
)

// TestHeadings compares the errors that the document explains with those that the tests bring
// about.
func TestHeadings(t *testing.T) {
	text, err := os.ReadFile("../../docs/environments.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## Troubleshooting\n")
	if !found {
		t.Fatal("no section Troubleshooting")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var got, want []string
	for _, match := range regexp.MustCompile(`(?m)^### (.*)$`).FindAllStringSubmatch(section, -1) {
		got = append(got, match[1])
	}
	for _, e := range errorsByHeading {
		want = append(want, e.heading)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headings (-brought about +explained)\n%s", diff)
	}
}

var processNumber = regexp.MustCompile(`process \d+`)

func TestErrors(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("not root"))
	}
	dir := prepare(t)
	env := append(os.Environ(),
		"PID="+strconv.Itoa(startDemo(t, dir)),
		"NOBODY=setpriv --reuid 65534 --clear-groups",
		"WITHOUT=setpriv --bounding-set ",
		"USDT_REQUIRE_TRACERS=1",
	)
	for _, e := range errorsByHeading {
		t.Run(e.heading, func(t *testing.T) {
			cmd := exec.Command("sh", "-c", e.command)
			cmd.Dir, cmd.Env = dir, env
			out, err := cmd.CombinedOutput()
			if err == nil {
				t.Error("the command did not fail")
			}
			got := processNumber.ReplaceAllString(string(out), "process PID")
			if !strings.Contains(got, e.heading) {
				t.Errorf("%v\n%s", err, got)
			}
		})
	}
}

// prepare makes the directory in which the commands run. Every user may read it.
func prepare(t *testing.T) (dir string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "environments")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	script, err := os.ReadFile("../setup.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		os.Chmod(dir, 0o755),
		os.WriteFile(filepath.Join(dir, "setup.sh"), script, 0o755),
		os.Symlink(testProgram(t), filepath.Join(dir, "test")),
		build("usdt", dir, "../../cmd/usdt"),
		build("demo", dir, "../../examples/demo"),
		build("demo32", dir, "../../examples/demo", "GOARCH=386"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func testProgram(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func build(name, dir, pkg string, env ...string) error {
	cmd := exec.Command("go", "build", "-o", filepath.Join(dir, name), pkg)
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return errors.New(string(out))
	}
	return nil
}

// startDemo starts a program with probes and returns its process id.
func startDemo(t *testing.T, dir string) int {
	t.Helper()
	cmd := exec.Command("./demo")
	cmd.Dir = dir
	demo := testenv.Start(t, cmd)
	demo.Next(t) // the path of the probes
	return demo.PID()
}

// TestFail is what some of the commands run.
func TestFail(t *testing.T) {
	switch os.Getenv("FAIL") {
	case "memfd":
		const flags, any = 1, ^uint32(0)
		testenv.FailSyscall(t, unix.SYS_MEMFD_CREATE, unix.EPERM, flags, any)
		t.Fatal(unix.Exec("./demo", []string{"demo"}, os.Environ()))
	case "lacking":
		testenv.Lacks(t, errors.New("no tool"))
	case "vm":
		if _, err := task.ReadStatus(t.TempDir()); err != nil {
			t.Fatal("vm:", err)
		}
	}
}
