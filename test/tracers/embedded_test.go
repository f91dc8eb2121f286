//go:build linux && (amd64 || arm64)

package tracers

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/testing/testbuild"
)

// buildBare builds a program that declares the probes of a provider before main, once, and returns
// its path. Without cgo the program can be loaded at any address.
func (v variant) buildBare(t *testing.T, provider string) string {
	t.Helper()
	arguments := []string{"build", "-tags", "traced_embedded",
		"-ldflags=-X=main.providers=" + provider}
	if v.cgo == "0" {
		arguments = append(arguments, "-buildmode=pie")
	}
	return once(t, v.name+"-"+provider+"-bare", func(path string) error {
		return testbuild.Go(path, []string{"CGO_ENABLED=" + v.cgo},
			append(arguments, "../../internal/testing/traced")...)
	})
}

// buildEmbedded returns the path of the same program with its probes in the file.
func (v variant) buildEmbedded(t *testing.T, provider string) string {
	t.Helper()
	bare := v.buildBare(t, provider)
	return once(t, v.name+"-"+provider, func(path string) error {
		return testbuild.Embed(bare, path, probesite.Nop)
	})
}

// ownCopy returns the path of a copy of the file. A tracer of a file traces all its processes, also
// those of other tests.
func ownCopy(t *testing.T, path string) string {
	t.Helper()
	own := filepath.Join(t.TempDir(), "traced")
	if err := testbuild.Copy(path, own); err != nil {
		t.Fatal(err)
	}
	return own
}

// another starts another process of the same file.
func (app *traced) another(t *testing.T) *traced {
	t.Helper()
	return startBinary(t, app.Path, "", app.provider)
}

// readsSixOfAll does as readsSix. If the probes are embedded, the tracer must see those of a
// process that ran before it attaches, and of one that starts later, too.
func readsSixOfAll(t *testing.T, c config, app *traced, tracer *exec.Cmd) {
	t.Helper()
	if c.backing != embedded {
		readsSix(t, app, tracer)
		return
	}
	processes := []*traced{app, app.another(t)}
	tracing := start(t, tracer)
	tracing.awaitLine(t, "attached")
	processes = append(processes, app.another(t))
	for _, p := range processes {
		checkEnabled(t, p, "six", "true")
		p.fire(t, "six", sixArgs...)
		check(t, "what the program printed", sixPrinted, tracing.Next(t))
	}
	tracing.Kill()
	for _, p := range processes {
		p.do(t, "wait six false")
	}
}

// TestProcesses attaches bpftrace to a file, of which one process runs and another starts later,
// and then to one process of it.
func TestProcesses(t *testing.T) {
	const clause = `six { printf("%d: %llu %lld %llu %lld %lld %lld\n",
		pid, arg0, arg1, arg2, arg3, arg4, arg5); }`
	everyBpftrace(t, func(t *testing.T, p program) {
		t.Parallel()
		for _, v := range variants[:2] {
			app := startTraced(t, config{v, embedded})
			b := p.attach(t, app, app.Path, "ready", clause)
			later := app.another(t)
			for _, of := range []*traced{later, app} {
				of.fire(t, "six", sixArgs...)
				b.expect(t, fmt.Sprintf("%d: %s", of.PID(), sixPrinted))
			}
			one := p.attach(t, later, byPid, "ready", clause)
			for _, of := range []*traced{app, later} {
				of.fire(t, "six", sixArgs...)
				b.expect(t, fmt.Sprintf("%d: %s", of.PID(), sixPrinted))
			}
			one.expect(t, fmt.Sprintf("%d: %s", later.PID(), sixPrinted))
			for _, b := range []*bpftrace{one, b} {
				if rest := b.detach(t); len(rest) > 0 {
					t.Errorf("further events: %q", rest)
				}
			}
			for _, of := range []*traced{app, later} {
				of.do(t, "wait six false")
			}
			p.support(t, row{embedded: "by path, by pid"})
		}
	})
}

// TestCommand has bpftrace start the program, which nothing can know before.
func TestCommand(t *testing.T) {
	everyBpftrace(t, func(t *testing.T, p program) {
		t.Parallel()
		path := ownCopy(t, variants[1].buildEmbedded(t, "traced"))
		script := "usdt:" + path + `:traced:int16 { printf("int16 %lld\n", arg0); }`
		needDocumented(t, "-c ./app")
		cmd := p.command("-B", "none", "-c", path+" -typed traced", "-e", script)
		cmd.Env = append(os.Environ(), "STAPSDT_BACKING=", "STAPSDT_DISABLE=")
		b := &bpftrace{start(t, cmd)}
		b.Tell(t, "wait int16 true")
		b.awaitLine(t, "ok")
		b.Tell(t, "fire int16 [-32768]")
		b.awaitLine(t, "int16 -32768")
		b.CloseInput()
		b.end(t)
	})
}

// TestGdbRun has gdb start the program, with a breakpoint at a probe in its file.
func TestGdbRun(t *testing.T) {
	needTracer(t, "gdb")
	needDocumented(t, gdbRun)
	for _, v := range variants[:2] {
		t.Run(v.name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command("gdb", "-nx", "-batch", "-ex", "break -probe-stap traced:int16",
				"-ex", "run", "-ex", `printf "int16 %d\n", $_probe_arg0`, "-ex", "kill",
				"--args", v.buildEmbedded(t, "traced"), "-typed", "traced")
			cmd.Env = append(os.Environ(),
				"HOME="+t.TempDir(), "DEBUGINFOD_URLS=", "STAPSDT_BACKING=", "STAPSDT_DISABLE=")
			debugger := start(t, cmd)
			debugger.Tell(t, "wait int16 true")
			debugger.awaitLine(t, "ok")
			debugger.Tell(t, "fire int16 [-32768]")
			debugger.awaitLine(t, "int16 -32768")
			debugger.Output(t)
		})
	}
}

const gdbRun = `gdb -ex 'break -probe-stap shop:order_start' -ex run ./app`

// fileOffset returns where in a file an address is.
func fileOffset(t *testing.T, path, address string) string {
	t.Helper()
	a, err := strconv.ParseUint(strings.TrimPrefix(address, "0x"), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && a-p.Vaddr < p.Filesz {
			return fmt.Sprintf("%#x", a-p.Vaddr+p.Off)
		}
	}
	t.Fatalf("%s: no segment has %s", path, address)
	return ""
}
