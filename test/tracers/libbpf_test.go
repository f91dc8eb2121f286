//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// buildLibbpf compiles testdata/usdt.c in the toolbox.
func buildLibbpf(t *testing.T, b toolbox) (program string) {
	t.Helper()
	return b.compile(t, "usdt.c", `clang -O2 -Wall -Wextra -Werror usdt.c -lbpf`)
}

// buildBPF compiles the BPF program that reads six arguments: of any site, or of the one site
// "/PATH:PROVIDER:PROBE".
func buildBPF(t *testing.T, b toolbox, site string) (object string) {
	t.Helper()
	machine := map[string]string{"amd64": "x86", "arm64": "arm64"}[runtime.GOARCH]
	return b.compile(t, "usdt.bpf.c", fmt.Sprintf(`clang -g -O2 -Wall -Werror -target bpf \
		-D__TARGET_ARCH_%s -DSITE='"%s"' -I /usr/include/*-linux-gnu -c usdt.bpf.c`, machine, site))
}

// compile compiles a file of testdata in the toolbox. The only directory that the toolbox shares
// with the test is the temporary one.
func (b toolbox) compile(t *testing.T, name, compiler string) (output string) {
	t.Helper()
	dir := t.TempDir()
	source, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), source, 0o644); err != nil {
		t.Fatal(err)
	}
	start(t, b.command("sh", "-euc", `cd "$1" && `+compiler+` -o output`, "sh", dir)).Output(t)
	return filepath.Join(dir, "output")
}

// TestLibbpf reads six arguments with a program that uses libbpf, which needs a path.
func TestLibbpf(t *testing.T) {
	libbpf := tools(t)
	const attach = `bpf_program__attach_usdt(program, -1, "PATH", "PROVIDER", "PROBE", NULL)`
	needDocumented(t, strings.NewReplacer("PROVIDER", "shop", "PROBE", "order_start").Replace(attach))
	program, object := buildLibbpf(t, libbpf), buildBPF(t, libbpf, "")
	version := libbpf.versionOf(t, `(\S+)`, "dpkg-query", "-W", "-f", "${source:Upstream-Version}",
		"libbpf1")
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		readsSixOfAll(t, c, app, libbpf.command(program, object, app.path(t, "six"), "traced", "six"))
		support(t, byPathRow(c, "libbpf", version, attach))
	})
}

// readsSix starts a tracer, which must say when it is attached to the probe six, and checks what
// the tracer prints of an event.
func readsSix(t *testing.T, app *traced, tracer *exec.Cmd) {
	t.Helper()
	tracing := start(t, tracer)
	tracing.awaitLine(t, "attached")
	checkEnabled(t, app, "six", "true")
	app.fire(t, "six", sixArgs...)
	check(t, "what the program printed", sixPrinted, tracing.Next(t))
	tracing.Kill()
	app.do(t, "wait six false")
}

// byPathRow is the row of a tracer that reads six arguments, and needs a path.
func byPathRow(c config, tool, version, command string) row {
	r := row{
		tool:       tool,
		version:    version,
		memfdByPid: "by path",
		fileByPid:  "by path",
		arguments:  "six",
		command:    command,
	}
	switch c.backing {
	case "memfd":
		r.memfdByPath = "yes"
	case embedded:
		r.embedded = "by path"
	}
	return r
}
