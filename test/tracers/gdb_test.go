//go:build linux && (amd64 || arm64)

package tracers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// gdb starts a gdb that attaches to the traced process, carries out commands, and detaches.
func gdb(t *testing.T, app *traced, commands ...string) *child {
	t.Helper()
	args := []string{"-nx", "-batch", "-p", strconv.Itoa(app.PID())}
	for _, command := range commands {
		args = append(args, "-ex", command)
	}
	cmd := exec.Command("gdb", args...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "DEBUGINFOD_URLS=")
	return start(t, cmd)
}

// TestGdbList lists the probes of every variant. The program shows gdb the images. gdb also finds
// the images that the dynamic linker knows, and reads the file of a program that does not run.
func TestGdbList(t *testing.T) {
	needTracer(t, "gdb")
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		const list = "info probes stap ^traced$"
		printed := gdb(t, app, list).Output(t)
		if c.backing == embedded {
			checkGdbList(t, printed, app.Path)
			idle := exec.Command("gdb", "-nx", "-batch", "-ex", list, app.Path)
			checkGdbList(t, start(t, idle).Output(t), app.Path)
			return
		}
		checkGdbList(t, printed, `<in-memory@0x[0-9a-f]+>`)
	})
}

// checkGdbList checks what gdb lists of an object.
func checkGdbList(t *testing.T, printed, object string) {
	t.Helper()
	for _, name := range names {
		row := regexp.MustCompile(`(?m)^stap +traced +` + name + ` +0x[0-9a-f]+ +` + object + ` *$`)
		if !row.MatchString(printed) {
			t.Errorf("gdb does not list %s:\n%s", name, printed)
		}
	}
}

// sixArguments are gdb commands that print the arguments of probe six at a breakpoint.
var sixArguments = []string{
	`printf "argc %d\n", $_probe_argc`,
	`printf "args %lu %d %u %d %d %ld\n", ` +
		`$_probe_arg0, $_probe_arg1, $_probe_arg2, $_probe_arg3, $_probe_arg4, $_probe_arg5`,
}

// fireSix fires probe six while gdb waits for it. It checks what gdb prints, and that the probe
// is enabled as long as the breakpoint is set.
func fireSix(t *testing.T, app *traced, debugger *child) (printed string) {
	t.Helper()
	app.do(t, "wait six true")
	app.fire(t, "six", sixArgs...)
	printed = debugger.Output(t)
	for _, want := range []string{"\nargc 6\n", "\nargs " + sixPrinted + "\n"} {
		if !strings.Contains(printed, want) {
			t.Errorf("gdb did not print %q:\n%s", want, printed)
		}
	}
	app.do(t, "wait six false")
	return printed
}

const gdbBreak = `gdb -p PID -ex 'break -probe-stap PROVIDER:PROBE' -ex continue`

func gdbVersion(t *testing.T) string {
	t.Helper()
	line, _, _ := strings.Cut(start(t, exec.Command("gdb", "--version")).Output(t), "\n")
	return line[strings.LastIndex(line, " ")+1:]
}

// TestGdbBreak stops at a probe with all six arguments.
func TestGdbBreak(t *testing.T) {
	needTracer(t, "gdb")
	needDocumented(t,
		strings.NewReplacer("PROVIDER", "shop", "PROBE", "order_start").Replace(gdbBreak))
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		commands := append([]string{"break -probe-stap traced:six", "continue"}, sixArguments...)
		fireSix(t, app, gdb(t, app, commands...))
		r := row{tool: "gdb", version: gdbVersion(t), arguments: "six", command: gdbBreak}
		switch c.backing {
		case "memfd":
			r.memfdByPid, r.memfdByPath = "yes", "`add-symbol-file`"
		case "file":
			r.fileByPid = "yes"
		case embedded:
			r.embedded = "by pid"
		}
		support(t, r)
	})
}

// TestGdbBesideTracer attaches gdb and bpftrace to one probe, in either order, and detaches them
// in either order. Both see the fires while they are attached, and the program comes to no harm,
// even if it cannot show gdb anything.
func TestGdbBesideTracer(t *testing.T) {
	needTracer(t, "gdb")
	needTracer(t, "bpftrace")
	matrix(t, func(t *testing.T, c config) {
		if c.backing == embedded {
			t.Skip("gdb's breakpoint is on the site itself, as in C programs")
		}
		stripped := startStripped(t, c)
		path, address, _ := strings.Cut(stripped.do(t, "image"), " ")
		symbols := "add-symbol-file " + path + " -o " + address
		for _, gdbFirst := range []bool{false, true} {
			for _, gdbLeavesFirst := range []bool{false, true} {
				besideTracer(t, startTraced(t, c), gdbFirst, gdbLeavesFirst)
				besideTracer(t, stripped, gdbFirst, gdbLeavesFirst, symbols)
			}
		}
	})
}

// besideTracer is one such round. gdb carries out the commands first, and detaches after its last
// hit.
func besideTracer(t *testing.T, app *traced, gdbFirst, gdbLeavesFirst bool, commands ...string) {
	t.Helper()
	var b *bpftrace
	var debugger *child
	attachTracer := func() {
		b = installed.attach(t, app, byPid, "ready",
			`six { printf("%llu %lld %llu %lld %lld %lld\n", arg0, arg1, arg2, arg3, arg4, arg5); }`)
	}
	attachGdb := func() {
		commands = append(commands, "break -probe-stap traced:six", "echo attached\\n", "continue")
		commands = append(commands, sixArguments...)
		if !gdbLeavesFirst {
			commands = append(commands, "continue", `printf "last %lu\n", $_probe_arg0`)
		}
		debugger = gdb(t, app, commands...)
		debugger.awaitLine(t, "attached")
		waitContinued(t, app.PID())
	}
	if gdbFirst {
		attachGdb()
		checkTraced(t, app, "six", true)
		attachTracer()
	} else {
		attachTracer()
		checkTraced(t, app, "six", true)
		attachGdb()
	}
	checkTraced(t, app, "six", true)

	app.fire(t, "six", sixArgs...)
	b.expect(t, sixPrinted)
	for _, want := range []string{"argc 6", "args " + sixPrinted} {
		debugger.awaitLine(t, want)
	}
	if gdbLeavesFirst {
		debugger.Output(t)
		checkTraced(t, app, "six", true)
		app.fire(t, "six", 1, 2, 3, 4, 5, 6)
		b.expect(t, "1 2 3 4 5 6")
	}
	if rest := b.detach(t); len(rest) > 0 {
		t.Errorf("further events: %q", rest)
	}
	if !gdbLeavesFirst {
		checkTraced(t, app, "six", true)
		app.fire(t, "six", 7, 0, 0, 0, 0, 0)
		if printed := debugger.Output(t); !strings.Contains(printed, "last 7\n") {
			t.Errorf("gdb did not stop after the tracer left:\n%s", printed)
		}
	}
	app.do(t, "wait six false")
	checkTraced(t, app, "six", false)
	app.fire(t, "six", sixArgs...)
}

// checkTraced checks what the probe's Enabled says, and what `usdt list` would say.
func checkTraced(t *testing.T, app *traced, probe string, want bool) {
	t.Helper()
	checkEnabled(t, app, probe, strconv.FormatBool(want))
	objects, err := process.Read(app.PID())
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		attached, err := new(process.Reader).Attached(&o)
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range o.Notes {
			if n.Name == probe && attached[i] != want {
				t.Errorf("usdt list says that %s is traced: %t, want %t", probe, attached[i], want)
			}
		}
	}
}

// TestGdbReload sets the breakpoint on unloaded probes, and then loads them.
func TestGdbReload(t *testing.T) {
	needTracer(t, "gdb")
	matrix(t, func(t *testing.T, c config) {
		if c.backing == embedded {
			t.Skip("the probes are in the program's file, loaded or not")
		}
		app := startTraced(t, c)
		app.do(t, "unload")
		printed := gdb(t, app, "info probes stap ^traced$").Output(t)
		if strings.Contains(printed, "six") {
			t.Errorf("gdb lists probes that are unloaded:\n%s", printed)
		}
		commands := append([]string{"set breakpoint pending on", "break -probe-stap traced:six",
			"continue"}, sixArguments...)
		debugger := gdb(t, app, commands...)
		app.do(t, "load")
		fireSix(t, app, debugger)
	})
}

// TestGdbUnload unloads and loads probes on which gdb has a breakpoint, and ends the program.
// This must harm neither the program nor gdb.
func TestGdbUnload(t *testing.T) {
	needTracer(t, "gdb")
	matrix(t, func(t *testing.T, c config) {
		app := startTraced(t, c)
		debugger := gdb(t, app, "break -probe-stap traced:six", "continue",
			`printf "hit %d\n", $_probe_arg1`, "continue")
		app.do(t, "wait six true")
		app.fire(t, "six", 0, -1, 0, 0, 0, 0)
		for range 3 {
			app.do(t, "unload")
			app.do(t, "load")
		}
		app.end(t)
		printed := debugger.Output(t)
		for _, want := range []string{"\nhit -1\n", "exited normally"} {
			if !strings.Contains(printed, want) {
				t.Errorf("gdb did not print %q:\n%s", want, printed)
			}
		}
	})
}

// TestGdbKilled kills gdb, whose breakpoints then stay in the program. None is where our code
// runs. With cgo, some are in the dynamic linker, and kill any program that reaches them.
func TestGdbKilled(t *testing.T) {
	needTracer(t, "gdb")
	matrix(t, func(t *testing.T, c config) {
		if c.cgo != "0" && c.tags == "" {
			t.Skip("gdb's breakpoints in the dynamic linker would kill the program at dlopen(3)")
		}
		app := startTraced(t, c)
		debugger := gdb(t, app, "echo attached\\n", "continue")
		debugger.awaitLine(t, "attached")
		waitContinued(t, app.PID())
		debugger.Kill()
		for range 2 {
			app.do(t, "unload")
			app.do(t, "load")
		}
		app.fire(t, "int32", -1)
	})
}

// waitContinued waits until a traced process runs or sleeps.
func waitContinued(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(testenv.Patience); ; time.Sleep(10 * time.Millisecond) {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(`(?m)^State:\tt`).Match(status) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d is still stopped", pid)
		}
	}
}

// startStripped starts a traced process without a symbol table.
func startStripped(t *testing.T, c config) *traced {
	t.Helper()
	stripped := filepath.Join(t.TempDir(), "stripped")
	path, backing := c.build(t), c.backing
	if backing == embedded {
		path, backing = c.buildEmbedded(t, "traced"), ""
	}
	start(t, exec.Command(testenv.Tool(t, "strip"), "-o", stripped, path)).Output(t)
	return startBinary(t, stripped, backing, "traced")
}

// TestGdbAddSymbolFile traces a program without a symbol table, which cannot show gdb anything,
// with add-symbol-file, unless the probes are in its own file.
func TestGdbAddSymbolFile(t *testing.T) {
	needTracer(t, "gdb")
	needDocumented(t, "add-symbol-file PATH -o ADDRESS")
	matrix(t, func(t *testing.T, c config) {
		app := startStripped(t, c)
		path, address, _ := strings.Cut(app.do(t, "image"), " ")
		commands := []string{"add-symbol-file " + path + " -o " + address,
			"info probes stap ^traced$ ^six$",
			"break -probe-stap traced:six", "continue"}
		if c.backing == embedded {
			path, commands = app.Path, commands[1:]
		}
		printed := fireSix(t, app, gdb(t, app, append(commands, sixArguments...)...))
		row := regexp.MustCompile(`(?m)^stap +traced +six +0x[0-9a-f]+ +` + path + ` *$`)
		if !row.MatchString(printed) {
			t.Errorf("gdb does not list the probe of %s:\n%s", path, printed)
		}
	})
}
