//go:build linux && (amd64 || arm64)

// Package linking links programs with cgo in uncommon company: with two copies of this module, with
// an installed libstapsdt, with a just-in-time compiler, without a dynamic linker, and in C.
package linking

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

const modulePath = "github.com/go-usdt/usdt"

// copyLibrary writes the library's packages to dir, as a module of another path.
func copyLibrary(t *testing.T, dir, path string) {
	t.Helper()
	write(t, dir+"/go.mod", "module "+path+"\n\ngo 1.25.0\n")
	// In other directories, other tests may remove what is there.
	for _, top := range []string{"stapsdt", "cstub", "internal", "vendor_c"} {
		err := filepath.WalkDir("../../"+top, func(name string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			relative := strings.TrimPrefix(name, "../../")
			switch {
			case e.IsDir():
				return skipOthers(relative)
			case strings.HasSuffix(name, "_test.go"):
				return nil
			}
			content, err := os.ReadFile(name)
			if err == nil {
				write(t, dir+"/"+relative, strings.ReplaceAll(string(content), modulePath, path))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// skipOthers skips the directories that have no package of the library.
func skipOthers(dir string) error {
	switch dir {
	case "internal/testing", "internal/tracing", "vendor_c/build", "vendor_c/test":
		return fs.SkipDir
	}
	return nil
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// workspace makes a Go workspace with two copies of the library, and with the programs of testdata.
func workspace(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	copyLibrary(t, dir+"/one", modulePath)
	copyLibrary(t, dir+"/other", "example.com/other")
	if err := os.CopyFS(dir+"/programs", os.DirFS("testdata")); err != nil {
		t.Fatal(err)
	}
	write(t, dir+"/programs/go.mod", "module example.com/programs\n\ngo 1.25.0\n")
	write(t, dir+"/go.work", "go 1.25.0\n\nuse (\n\t./one\n\t./other\n\t./programs\n)\n")
	return dir
}

// build builds a program of the workspace with cgo, and returns its path. With -trimpath, packages
// that were compiled in another workspace need not be compiled again.
func build(t *testing.T, dir, program string, env []string, flags ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), program)
	args := append(append([]string{"build", "-o", out}, flags...), "./programs/"+program)
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOFLAGS=-trimpath", "GOWORK="+dir+"/go.work")
	cmd.Env = append(cmd.Env, env...)
	if printed, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, printed)
	}
	return out
}

// run runs a program that must print one line.
func run(t *testing.T, want, path string, args ...string) {
	t.Helper()
	if got := testenv.Start(t, exec.Command(path, args...)).Output(t); got != want+"\n" {
		t.Errorf("%s printed %q, want %q", path, got, want)
	}
}

// static are flags for programs without a dynamic linker.
const static = "-ldflags=-linkmode=external -extldflags=-static"

// TestTwoCopies links two copies of the module, whose C code has the same names. Both show gdb
// their probes in one list.
func TestTwoCopies(t *testing.T) {
	testenv.Tool(t, "gcc")
	dir := workspace(t)
	for name, flags := range map[string][]string{
		"external": nil,
		"internal": {"-ldflags=-linkmode=internal"},
		"static":   {static},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := build(t, dir, "copies", nil, flags...)
			run(t, "loaded twice", program)
			symbols := testenv.Start(t, exec.Command("nm", program)).Output(t)
			if n := strings.Count(symbols, " __jit_debug_descriptor\n"); n != 1 {
				t.Errorf("the program has %d descriptors for gdb, want 1", n)
			}
		})
	}
}

// TestBesideInstalled links a program that calls an installed libstapsdt itself.
func TestBesideInstalled(t *testing.T) {
	testenv.Tool(t, "gcc")
	dir := workspace(t)
	// The program has the flags for cgo: those of the environment compile the library anew, too.
	install := exec.Command("make", "-C", "../../vendor_c", "install", "PREFIX="+dir+"/installed",
		"B="+t.TempDir())
	if printed, err := install.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", install, err, printed)
	}
	for name, tags := range map[string]string{"dynamic": "", "archive": "archive"} {
		t.Run(name, func(t *testing.T) {
			program := build(t, dir, "beside", []string{"CGO_LDFLAGS_ALLOW=-l:.*"}, "-tags="+tags)
			run(t, "loaded both", program)
		})
	}
}

// TestWithoutDynamicLinker: static programs with musl cannot dlopen.
func TestWithoutDynamicLinker(t *testing.T) {
	compiler := testenv.Tool(t, "musl-gcc")
	program := build(t, workspace(t), "copies", []string{"CC=" + compiler}, static)
	run(t, "loaded twice", program)
}

// TestJITCompiler: a program has the descriptor of a just-in-time compiler, with a file of its own.
// gdb sees that file and our probes. Without C of ours, it sees the file only.
func TestJITCompiler(t *testing.T) {
	gdb := testenv.Tool(t, "gdb")
	dir := workspace(t)
	for tags, want := range map[string]struct{ files, line string }{
		"":               {"files: 2", "argument 42"},
		"stapsdt_purego": {"files: 1", "files: 1"},
	} {
		program := build(t, dir, "compiler", nil, "-tags="+tags)
		run(t, want.files, program)
		cmd := exec.Command(gdb, "-nx", "-batch", "-ex", "set breakpoint pending on",
			"-ex", "break -probe-stap compiled:hit", "-ex", "run",
			"-ex", `printf "argument %d\n", $_probe_arg0`, program)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "DEBUGINFOD_URLS=")
		printed, _ := testenv.Start(t, cmd).Wait() // without a probe there is no argument
		if !slices.Contains(printed, want.line) {
			t.Errorf("with tags %q gdb did not print %q: %q", tags, want.line, printed)
		}
	}
}

// TestArchive: a C program with Go code in an archive has no handler for SIGXFSZ.
func TestArchive(t *testing.T) {
	gcc := testenv.Tool(t, "gcc")
	dir := workspace(t)
	for _, tags := range []string{"", "stapsdt_purego"} {
		archive := build(t, dir, "archive", nil, "-buildmode=c-archive", "-tags="+tags)
		host := archive + "-host"
		link := exec.Command(gcc, "testdata/host.c", archive, "-pthread", "-ldl", "-o", host)
		if printed, err := link.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", link, err, printed)
		}
		for _, backing := range []string{"memfd", "file"} {
			run(t, "EFBIG", "env", "STAPSDT_BACKING="+backing, "sh", "-c", `ulimit -f 0; exec "$0"`, host)
		}
	}
}
