//go:build linux && (amd64 || arm64)

package command

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// scriptT makes a script what testenv needs of a test.
type scriptT struct{ *testscript.TestScript }

func (scriptT) Helper() {}

func (t scriptT) Cleanup(f func()) { t.Defer(f) }

// programs has the programs that each script started and has not ended.
var programs sync.Map // of []*testenv.Child by *testscript.TestScript

// startTraced returns the command traced, which builds the program in dir once for each value of
// CGO_ENABLED.
func startTraced(dir string) func(ts *testscript.TestScript, neg bool, args []string) {
	var builds sync.Map // of func() error by CGO_ENABLED
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) == 0 {
			ts.Fatalf("usage: traced [nobody] PROVIDER NAME[:TYPE,...] ...")
		}
		cgo := ts.Getenv("CGO_ENABLED")
		program := filepath.Join(dir, "cgo"+cgo, "traced")
		once, _ := builds.LoadOrStore(cgo, sync.OnceValue(func() error {
			return build(cgo, "go", "build", "-o", program, "../../internal/testing/traced")
		}))
		ts.Check(once.(func() error)())
		command := append([]string{program}, args...)
		if args[0] == "nobody" {
			command = append(asNobody(ts, program), args[1:]...)
		}
		ts.Setenv("IMAGE", startProgram(ts, command...))
	}
}

// asNobody returns the command that runs the program as nobody, with its images in files of a
// directory of nobody's, where it also listens: at AT.
func asNobody(ts *testscript.TestScript, program string) []string {
	ts.Check(letEveryoneRun(program))
	images, err := os.MkdirTemp("", "nobody")
	ts.Check(err)
	ts.Defer(func() { ts.Check(os.RemoveAll(images)) })
	ts.Check(os.Chown(images, nobodyID, nobodyID))
	socket := "unix:" + filepath.Join(images, "traced.sock")
	ts.Setenv("AT", socket)
	env := []string{
		"env", "STAPSDT_BACKING=file", "STAPSDT_DIR=" + images, "STAPSDT_LISTEN=" + socket,
	}
	return slices.Concat(nobody, env, []string{program})
}

// startCaller returns the command caller, which builds the program in dir once for each list of
// flags.
func startCaller(dir string) func(ts *testscript.TestScript, neg bool, args []string) {
	var builds sync.Map // of func() error by flags
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("usage: caller [FLAG ...]")
		}
		cgo := ts.Getenv("CGO_ENABLED")
		program := filepath.Join(dir, fmt.Sprintf("cgo%s%q", cgo, args), "caller")
		once, _ := builds.LoadOrStore(program, sync.OnceValue(func() error {
			return build(cgo, "go", slices.Concat([]string{"build", "-o", program}, args,
				[]string{"../../internal/testing/caller"})...)
		}))
		ts.Check(once.(func() error)())
		ts.Setenv("IMAGE", startProgram(ts, program))
	}
}

// startCTraced builds the program anew for each script, because probes in a file are shared by all
// processes of the program.
func startCTraced(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: ctraced [FLAG ... SOURCE]")
	}
	if len(args) == 0 {
		args = []string{"-O1", filepath.Join("testdata", "ctraced.c")}
	}
	program := filepath.Join(ts.Getenv("WORK"), "ctraced")
	ts.Check(build("", "gcc", append([]string{"-o", program}, args...)...))
	startProgram(ts, program)
	ts.Setenv("IMAGE", program)
}

// startEmbedded returns the command embedded, which builds the program in dir once.
func startEmbedded(dir string) func(ts *testscript.TestScript, neg bool, args []string) {
	var builds sync.Map // of func() error by provider
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 1 {
			ts.Fatalf("usage: embedded PROVIDER")
		}
		provider := args[0]
		built := filepath.Join(dir, provider)
		once, _ := builds.LoadOrStore(provider, sync.OnceValue(func() error {
			return testbuild.Build(built, []string{"CGO_ENABLED=0"}, "build", "-tags=traced_embedded",
				"-ldflags=-X=main.providers="+provider, "../../internal/testing/traced")
		}))
		ts.Check(once.(func() error)())
		program := filepath.Join(ts.Getenv("WORK"), provider)
		if ts.Getenv("IMAGE") != program {
			ts.Check(testbuild.Copy(built, program))
			ts.Setenv("IMAGE", program)
		}
		startProgram(ts, program, "-typed", provider)
	}
}

// buildGoProgram carries out the command goprogram.
func buildGoProgram(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: goprogram FILE")
	}
	const source = "../../internal/tracing/embed/testdata/program"
	ts.Check(build("0", "go", "build", "-o", ts.MkAbs(args[0]), source))
}

// build runs a compiler in the directory of this package.
func build(cgo, compiler string, args ...string) error {
	cmd := exec.Command(compiler, args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", compiler, err, out)
	}
	return nil
}

// startProgram starts a program and returns its first line. The script's end ends it.
func startProgram(ts *testscript.TestScript, command ...string) string {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "STAPSDT_DISABLE=",
		"STAPSDT_BACKING="+ts.Getenv("STAPSDT_BACKING"), "STAPSDT_DIR="+ts.Getenv("WORK"))
	c := testenv.Start(scriptT{ts}, cmd)
	programs.Store(ts, append(programsOf(ts), c))
	ts.Setenv("PID", strconv.Itoa(c.PID()))
	first := c.Next(scriptT{ts})
	if strings.HasPrefix(first, "error:") {
		ts.Fatalf("%v: %s", cmd, first)
	}
	return first
}

func programsOf(ts *testscript.TestScript) []*testenv.Child {
	started, _ := programs.Load(ts)
	of, _ := started.([]*testenv.Child)
	return of
}

func latest(ts *testscript.TestScript) *testenv.Child {
	of := programsOf(ts)
	if len(of) == 0 {
		ts.Fatalf("no program was started")
	}
	return of[len(of)-1]
}

func tell(ts *testscript.TestScript, neg bool, args []string) {
	answer := latest(ts).Ask(scriptT{ts}, strings.Join(args, " "))
	ts.Setenv("ANSWER", answer)
	if neg == (answer == "ok") {
		ts.Fatalf("the program answers %q", answer)
	}
}

func end(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: end")
	}
	latest(ts).End(scriptT{ts})
	of := programsOf(ts)
	programs.Store(ts, of[:len(of)-1])
}
