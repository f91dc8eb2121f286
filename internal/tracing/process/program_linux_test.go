//go:build amd64 || arm64

package process_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/process"
)

// readExecution returns the paths of the objects.
func readExecution(t *testing.T, e process.Execution) (paths []string) {
	t.Helper()
	objects, err := new(process.Reader).ReadExecution(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		if o.PID != 0 || len(o.Notes) == 0 || o.Inode == 0 {
			t.Errorf("%s: process %d, %d notes, inode %d", o.Path, o.PID, len(o.Notes), o.Inode)
		}
		paths = append(paths, o.Path)
	}
	return paths
}

// TestReadExecution finds what the dynamic linker then maps.
func TestReadExecution(t *testing.T) {
	dir := t.TempDir()
	plugins := filepath.Join(dir, "plugins")
	if err := os.Mkdir(plugins, 0o755); err != nil {
		t.Fatal(err)
	}
	library := buildProcess(t, plugins, "libprobes.so", "-shared", "-fPIC")
	link := []string{"-L" + plugins, "-Wl,--no-as-needed", "-lprobes"}
	buildProcess(t, dir, "libneeds.so", append(slices.Clone(link),
		"-shared", "-fPIC", "-Wl,-rpath,$ORIGIN/plugins", "-Wl,--disable-new-dtags")...)
	indirect := []string{"-L" + dir, "-Wl,--no-as-needed", "-lneeds", "-Wl,-rpath-link," + plugins,
		"-Wl,-rpath,$ORIGIN", "-Wl,--enable-new-dtags"}
	none := process.Execution{}
	const origin = "-Wl,-rpath,$ORIGIN/plugins"
	for name, test := range map[string]struct {
		flags     []string
		execution process.Execution
	}{
		"runpath":      {append(slices.Clone(link), origin, "-Wl,--enable-new-dtags"), none},
		"rpath":        {append(slices.Clone(link), origin, "-Wl,--disable-new-dtags"), none},
		"of a library": {indirect, none},
		"environment":  {link, process.Execution{LibraryPath: "/nowhere:" + plugins}},
		"preload":      {nil, process.Execution{Preload: library}},
	} {
		t.Run(name, func(t *testing.T) {
			e := test.execution
			e.Path = buildProcess(t, dir, name, test.flags...)
			found := readExecution(t, e)
			for _, want := range []string{e.Path, library} {
				if !slices.Contains(found, want) {
					t.Errorf("%q lacks %s", found, want)
				}
			}
			checkMapped(t, e, found)
		})
	}
}

// checkMapped executes a program, and checks that all files with probes that it maps were found.
func checkMapped(t *testing.T, e process.Execution, found []string) {
	t.Helper()
	cmd := exec.Command(e.Path)
	cmd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+e.LibraryPath, "LD_PRELOAD="+e.Preload)
	c := testenv.Start(t, cmd)
	c.Next(t)
	mapped, err := process.Read(c.PID())
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[process.FileID]bool)
	for _, path := range found {
		var st unix.Stat_t
		if err := unix.Stat(path, &st); err != nil {
			t.Fatal(err)
		}
		known[process.FileID{Dev: uint64(st.Dev), Inode: st.Ino}] = true
	}
	for _, o := range mapped {
		if !known[process.FileID{Dev: o.Dev, Inode: o.Inode}] {
			t.Errorf("%s has probes and is mapped, and was not found: %q", o.Path, found)
		}
	}
	if len(mapped) < 2 {
		t.Errorf("%d files are mapped", len(mapped))
	}
}

// A script has the probes of its interpreter, and of the interpreter's interpreter.
func TestReadScript(t *testing.T) {
	dir := t.TempDir()
	program := buildProcess(t, dir, "interpreter")
	script := func(name, interpreter string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#! \t"+interpreter+"\t-x\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	outer := script("outer", script("inner", program))
	if found := readExecution(t, process.Execution{Path: outer}); !slices.Contains(found, program) {
		t.Errorf("%q lacks %s", found, program)
	}
	loop := filepath.Join(dir, "loop")
	script("loop", loop)
	if found := readExecution(t, process.Execution{Path: loop}); len(found) > 0 {
		t.Errorf("found %q", found)
	}
}

func TestReadNamed(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		fifo: process.ErrNotRegular, dir: process.ErrNotRegular, "/dev/zero": process.ErrNotRegular,
		"/nowhere": fs.ErrNotExist, "/etc/passwd": sdtnote.ErrNotELF,
	} {
		if _, err := new(process.Reader).ReadNamed(path); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
	program := buildProcess(t, dir, "process")
	o, err := new(process.Reader).ReadNamed(program)
	if err != nil || o.Path != program || o.PID != 0 || len(o.Notes) == 0 {
		t.Errorf("%+v, %v", o, err)
	}
}
