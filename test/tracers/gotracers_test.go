//go:build linux && (amd64 || arm64)

package tracers

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// buildGoTracer builds a program of the module gotracers.
func buildGoTracer(t *testing.T, name string, env ...string) (program string) {
	t.Helper()
	program = filepath.Join(t.TempDir(), name)
	cmd := exec.Command("go", "build", "-C", "gotracers", "-o", program, "./"+name)
	cmd.Env = append(os.Environ(), env...)
	// Not by start, whose patience may not be enough for a build.
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, out)
	}
	return program
}

// goModuleVersion returns the version of a module that the module gotracers requires.
func goModuleVersion(t *testing.T, path string) string {
	t.Helper()
	list := exec.Command("go", "list", "-C", "gotracers", "-m", "-f", "{{.Version}}", path)
	listed := start(t, list).Output(t)
	version, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(listed), "v"), "-")
	return version
}

// TestCilium reads six arguments with a program that uses cilium/ebpf, like most tracers in Go.
func TestCilium(t *testing.T) {
	needTracer(t, "go")
	const attach = `executable.Uprobe("PROBE", program, &link.UprobeOptions{PID: PID})`
	needDocumented(t, strings.ReplaceAll(attach, "PROBE", "order_start"))
	program := buildGoTracer(t, "cilium", "CGO_ENABLED=0")
	version := goModuleVersion(t, "github.com/cilium/ebpf")
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		path, pid := app.path(t, "six"), strconv.Itoa(app.PID())
		if c.backing == embedded {
			readsSix(t, app, exec.Command(program, path, location(t, path, "six"), pid))
			readsSixOfAll(t, c, app, exec.Command(program, path, location(t, path, "six"), "0"))
		} else {
			readsSix(t, app, exec.Command(program, path, "six", pid))
		}
		support(t, byPathRow(c, "cilium/ebpf", version, attach))
	})
}

// TestLibbpfgo reads six arguments with a program that uses libbpf in Go. The program is linked
// with the libbpf of trixie and runs there, because the package wants a newer one than Debian 12
// has.
func TestLibbpfgo(t *testing.T) {
	toolbox, trixie := tools(t), debian(t, "trixie")
	const attach = `SEC("usdt/PATH:PROVIDER:PROBE"), program.AttachGeneric()`
	needDocumented(t, strings.NewReplacer("PROVIDER", "shop", "PROBE", "order_start").Replace(attach))
	libraries, err := filepath.Glob(string(trixie) + "/usr/lib/*/libbpf.so")
	if err != nil || len(libraries) != 1 {
		t.Fatalf("%s has the libraries %v; %v", trixie, libraries, err)
	}
	// gcc looks for libraries of this machine before those of the root directory.
	program := buildGoTracer(t, "libbpfgo", "CGO_ENABLED=1", "CC=gcc --sysroot="+string(trixie),
		"CGO_LDFLAGS=-L"+filepath.Dir(libraries[0])+" -lbpf "+
			"-Wl,--allow-shlib-undefined") // it wants a newer C library, too
	version := goModuleVersion(t, "github.com/aquasecurity/libbpfgo")
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		object := buildBPF(t, toolbox, "/"+app.path(t, "six")+":traced:six")
		readsSixOfAll(t, c, app, trixie.command(program, object))
		support(t, byPathRow(c, "libbpfgo", version, attach))
	})
}
