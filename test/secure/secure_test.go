//go:build linux && (amd64 || arm64)

// Package secure starts programs that have more rights than the user who starts them. That user
// must not choose what code they run.
package secure

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// starter starts the programs, and owner owns those that have set-user-ID or set-group-ID.
const starter, owner = 12345, 12346

// rights are the ways to have more than the starter has.
var rights = map[string]func(t *testing.T, program string){
	"file capability": func(t *testing.T, program string) {
		// struct vfs_cap_data: revision 2 with the effective flag, CAP_NET_BIND_SERVICE permitted
		data := []byte{1, 0, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
		if err := unix.Setxattr(program, "security.capability", data, 0); err != nil {
			testenv.Lacks(t, fmt.Errorf("set file capabilities: %w", err))
		}
	},
	"set-group-ID": func(t *testing.T, program string) { give(t, program, 0, owner, os.ModeSetgid) },
	"set-user-ID":  func(t *testing.T, program string) { give(t, program, owner, 0, os.ModeSetuid) },
	"root's":       func(t *testing.T, program string) { give(t, program, 0, 0, os.ModeSetuid) },
}

func give(t *testing.T, program string, user, group int, mode os.FileMode) {
	t.Helper()
	if err := errors.Join(os.Chown(program, user, group), os.Chmod(program, 0o755|mode)); err != nil {
		t.Fatal(err)
	}
}

// programs are built from testdata.
var programs = map[string]*exec.Cmd{
	"cgo": goBuild("CGO_ENABLED=1"),
	"go":  goBuild("CGO_ENABLED=0"),
	"c": exec.Command("sh", "-c", `gcc -I ../../vendor_c testdata/victim.c ../../vendor_c/*.c -ldl `+
		`-o "$0"`),
}

func goBuild(env string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", `go build -o "$0" ./testdata/victim`)
	cmd.Env = append(os.Environ(), env, "GOFLAGS=")
	return cmd
}

// TestEnvironment: whatever the starter's environment says, the image is in no file of his.
func TestEnvironment(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("giving files and rights away needs root"))
	}
	top := sharedDir(t)
	own := filepath.Join(top, "own")
	if err := errors.Join(os.Mkdir(own, 0o700), os.Chown(own, starter, starter)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Remove(fmt.Sprintf("/tmp/stapsdt-%d", owner)) })
	env := []string{"STAPSDT_BACKING=file", "STAPSDT_DIR=" + own, "XDG_RUNTIME_DIR=" + own,
		"TMPDIR=" + own, "STAPSDT_SITE=none"}
	for name, cmd := range programs {
		plain := filepath.Join(top, name)
		cmd.Args = append(cmd.Args, plain)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("build %s: %v\n%s", name, err, out)
		}
		// Without more rights the environment has its say.
		if said := start(t, plain, env[:4], "file"); !strings.HasPrefix(said, own+"/") {
			t.Fatalf("%s: the environment has no effect: %s", name, said)
		}
		for kind, grant := range rights {
			t.Run(name+" "+kind, func(t *testing.T) {
				program := copyOf(t, plain)
				grant(t, program)
				expectSafe(t, program, kind, start(t, program, env))
				expectSafe(t, program, kind, start(t, program, env, "file"))
				expectSafe(t, program, kind, start(t, program, nil, "file", own))
			})
		}
	}
}

// expectSafe checks the path that a program printed: a memfd, or a file in a directory where the
// starter can change nothing. The C library has errors instead, because its callers choose.
func expectSafe(t *testing.T, program, kind, said string) {
	t.Helper()
	memfd := strings.HasPrefix(said, "/proc/")
	effective := map[string]string{"set-user-ID": fmt.Sprint(owner), "root's": "0"}[kind]
	file := strings.HasPrefix(said, "/tmp/stapsdt-"+effective+"/") && effective != ""
	if filepath.Base(program) == "c" {
		file = strings.HasPrefix(said, "/tmp/victim-") && effective != ""
		memfd = memfd || strings.Contains(said, "the user who started the program could change") ||
			strings.Contains(said, "its owner could exchange the file")
	}
	if !memfd && !file {
		t.Errorf("%s: %s", program, said)
	}
}

// TestToggle: the starter's environment does not choose a signal. A wrong value, which is logged
// where the environment counts, shows whether it was read.
func TestToggle(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("giving files and rights away needs root"))
	}
	plain := filepath.Join(sharedDir(t), "victim")
	build := exec.Command("go", "build", "-o", plain, "./testdata/victim")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	env := []string{"STAPSDT_TOGGLE=none"}
	if log := logOf(t, plain, env); !strings.Contains(log, "STAPSDT_TOGGLE") {
		t.Fatalf("the environment has no effect: %q", log)
	}
	for kind, grant := range rights {
		program := copyOf(t, plain)
		grant(t, program)
		if log := logOf(t, program, env); log != "" {
			t.Errorf("%s: %s", kind, log)
		}
	}
}

// start runs a program as the starter, and returns its output.
func start(t *testing.T, program string, env []string, args ...string) string {
	t.Helper()
	return strings.TrimSpace(startChild(t, program, env, args...).Output(t))
}

// logOf runs a program as the starter, and returns what it writes to its standard error.
func logOf(t *testing.T, program string, env []string) string {
	t.Helper()
	child := startChild(t, program, env)
	child.End(t)
	return child.Errors()
}

func startChild(t *testing.T, program string, env []string, args ...string) *testenv.Child {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = append([]string{}, env...) // no other
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: starter, Gid: starter}}
	return testenv.Start(t, cmd)
}

// sharedDir is a directory that others reach.
func sharedDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "secure-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func copyOf(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(sharedDir(t), filepath.Base(path))
	if err := os.WriteFile(name, content, 0o755); err != nil {
		t.Fatal(err)
	}
	return name
}
