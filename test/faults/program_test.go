//go:build linux && (amd64 || arm64)

package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/testing/counter"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// An answer is that of program/main.go.
type answer struct {
	Error   string
	Errnos  []syscall.Errno
	ErrArgs bool
	Skipped []string

	Path       string
	Enabled    bool
	Goroutines int
}

// A program runs, and meets faults.
type program struct {
	*testenv.Child
	build   *build
	backing string // for the report
	moved   int    // how often
	dir     string // of its named files
	now     answer // the last one

	supervisor *supervisor // nil if its system calls are nobody's business
}

// A start says how to start a program.
type start struct {
	build   *build
	dir     string   // of named files; "" for a new one
	env     []string // besides the directories
	attr    *syscall.SysProcAttr
	shell   string // does this first, as the process that becomes the program
	become  string // a command that runs the program
	without bool   // without a first load
}

// run starts a program. It has loaded and unloaded its provider once, so that it has what stays.
func (s start) run(t *testing.T) *program {
	t.Helper()
	return s.begin(t, s.command(t))
}

func (s *start) command(t *testing.T) *exec.Cmd {
	t.Helper()
	if s.dir == "" {
		s.dir = t.TempDir()
	}
	path := s.build.program(t)
	cmd := exec.Command(path)
	if s.shell != "" {
		script := s.shell + " && exec " + s.become + ` "$0" "$@"`
		cmd = exec.Command("sh", "-c", script, path)
	}
	cmd.SysProcAttr = s.attr
	cmd.Dir = "/"
	cmd.Env = slices.Concat(os.Environ(), []string{"STAPSDT_DIR=", "XDG_RUNTIME_DIR=",
		"TMPDIR=" + s.dir}, s.env)
	return cmd
}

func (s *start) begin(t *testing.T, cmd *exec.Cmd) *program {
	t.Helper()
	p := &program{Child: testenv.Start(t, cmd), build: s.build, dir: s.dir}
	p.hear(t, p.Next(t))
	if !s.without {
		p.mustLoad(t)
		p.mustUnload(t)
	}
	return p
}

// do has the program carry out a command.
func (p *program) do(t *testing.T, format string, values ...any) answer {
	t.Helper()
	p.hear(t, p.Ask(t, fmt.Sprintf(format, values...)))
	return p.now
}

func (p *program) hear(t *testing.T, line string) {
	t.Helper()
	p.now = answer{}
	if err := json.Unmarshal([]byte(line), &p.now); err != nil {
		t.Fatalf("%v in %q", err, line)
	}
}

func (p *program) must(t *testing.T, format string, values ...any) {
	t.Helper()
	if a := p.do(t, format, values...); a.Error != "" {
		t.Fatalf("%s: %s: %s", p.build.name, fmt.Sprintf(format, values...), a.Error)
	}
}

func (p *program) mustLoad(t *testing.T) {
	t.Helper()
	p.must(t, "load")
	if p.now.Path == "" {
		t.Fatalf("%s: it is not loaded", p.build.name)
	}
}

func (p *program) mustUnload(t *testing.T) {
	t.Helper()
	p.must(t, "unload")
	if p.now.Path != "" || p.now.Enabled {
		t.Fatalf("%s: after the unload it is %+v", p.build.name, p.now)
	}
}

var procPID = regexp.MustCompile(`^/proc/\d+/`)

// file returns where this process finds the image: the program may be in other namespaces.
func (p *program) file() string {
	proc := fmt.Sprintf("/proc/%d/", p.PID())
	if procPID.MatchString(p.now.Path) {
		return procPID.ReplaceAllLiteralString(p.now.Path, proc)
	}
	return proc + "root" + p.now.Path
}

// mustHaveNote reads the image as tracers do.
func (p *program) mustHaveNote(t *testing.T) {
	t.Helper()
	notes, err := sdtnote.ReadFile(p.file())
	if err != nil || len(notes) == 0 || notes[0].Name != "p" {
		t.Fatalf("%s: the image %s has %v, %v", p.build.name, p.now.Path, notes, err)
	}
}

// mustCount attaches to the loaded program, which fires ten times, and detaches.
func (p *program) mustCount(t *testing.T) {
	t.Helper()
	c, err := counter.OpenProbe(p.file(), "p")
	if err != nil {
		t.Fatalf("%s: %v", p.build.name, err)
	}
	enabled := p.do(t, "fire").Enabled
	n, err := c.Value()
	if err = errors.Join(err, c.Close()); err != nil || n != 10 || !enabled {
		t.Fatalf("%s: of 10 fires %d are counted (%v), enabled: %t", p.build.name, n, err, enabled)
	}
}

// said is the last answer in short, without what differs from run to run.
func (p *program) said() string {
	switch {
	case p.now.Error == "" && p.now.Path == "":
		return "does nothing"
	case p.now.Error == "":
		return "loads"
	}
	text := strings.ReplaceAll(p.now.Error, p.dir, "DIR")
	text = strings.ReplaceAll(text, filepath.Dir(p.dir), "ABOVE")
	for _, c := range []struct{ what, becomes string }{
		{`/proc/\d+`, "/proc/PID"}, {`/task/\d+`, "/task/TID"}, {`/fd/\d+`, "/fd/N"},
		{`(readlink|lstat) /\w*:`, "$1 ABOVE:"}, {`faults-\w{6}\.so`, "FILE.so"},
		{`stapsdt-\d+`, "stapsdt-UID"}, {`[\d-]+-faults\.so`, "FILE.so"},
		{`^(stapsdt: (un)?load|provider) faults: `, ""},
	} {
		text = regexp.MustCompile(c.what).ReplaceAllString(text, c.becomes)
	}
	return text
}
