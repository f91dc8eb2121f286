//go:build linux && (amd64 || arm64)

package tracers

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// buildLibbpf compiles the two halves of testdata/usdt.c in the toolbox, and returns where they are.
func buildLibbpf(t *testing.T, b toolbox) (program, object string) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"usdt.c", "usdt.bpf.c"} { // the toolbox has no other directory of ours
		source, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), source, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	machine := map[string]string{"amd64": "x86", "arm64": "arm64"}[runtime.GOARCH]
	start(t, b.command("sh", "-euc", `cd "$1"
		clang -g -O2 -Wall -Werror -target bpf -D__TARGET_ARCH_`+machine+` \
			-I /usr/include/*-linux-gnu -c usdt.bpf.c -o usdt.bpf.o
		clang -O2 -Wall -Wextra -Werror usdt.c -lbpf -o usdt`, "sh", dir)).output(t)
	return filepath.Join(dir, "usdt"), filepath.Join(dir, "usdt.bpf.o")
}

// TestLibbpf reads six arguments with a program for libbpf, which wants a path.
func TestLibbpf(t *testing.T) {
	libbpf := tools(t)
	const attach = `bpf_program__attach_usdt(program, -1, "PATH", "PROVIDER", "PROBE", NULL)`
	needDocumented(t, strings.NewReplacer("PROVIDER", "shop", "PROBE", "order_start").Replace(attach))
	program, object := buildLibbpf(t, libbpf)
	version := libbpf.versionOf(t, `(\S+)`, "dpkg-query", "-W", "-f", "${source:Upstream-Version}", "libbpf1")
	matrix(t, func(t *testing.T, c config) {
		tg := startTarget(t, c)
		tracer := start(t, libbpf.command(program, object, tg.do(t, "path six"), "target", "six"))
		tracer.awaitLine(t, "attached")
		checkEnabled(t, tg, "six", "true")
		tg.fire(t, "six", sixArgs...)
		check(t, "what the program printed", sixPrinted, tracer.next(t))
		tracer.kill(t)
		tg.do(t, "wait six false")

		r := row{
			tool:       "libbpf",
			version:    version,
			memfdByPid: "by path",
			fileByPid:  "by path",
			arguments:  "six",
			command:    attach,
		}
		if c.backing == "memfd" {
			r.memfdByPath = "yes"
		}
		support(t, r)
	})
}
