//go:build linux

package example

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A Program is the running program of an example, which is in the current directory.
type Program struct {
	*process
	commands    []command
	path        string // where the program and usdt are
	environment []string
	asks        bool // usdt asks the program, and not the kernel
	credential  *syscall.Credential
}

// Start builds the program and usdt, and starts the program, whose first line is its process id. It
// ends the test where bpftrace cannot trace.
func Start(t *testing.T, arguments ...string) *Program {
	t.Helper()
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing by the kernel needs root"))
	}
	testenv.Tool(t, "bpftrace")
	p := &Program{environment: []string{
		"STAPSDT_BACKING=file", // for bpftrace 0.25 and later
		"__BPFTRACE_NOTIFY_PROBES_ATTACHED=1",
	}}
	p.start(t, arguments)
	return p
}

const nobody = 65534

// StartListening does the same for a program that usdt asks at a Unix socket, which in README.md
// may have any path. Neither has rights: they run as nobody, if this test may choose the user.
func StartListening(t *testing.T, arguments ...string) *Program {
	t.Helper()
	p := &Program{asks: true}
	if os.Geteuid() == 0 {
		p.credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
	p.start(t, arguments)
	return p
}

func (p *Program) start(t *testing.T, arguments []string) {
	t.Helper()
	if emulator := os.Getenv("USDT_TEST_EXEC"); emulator != "" {
		t.Skip("what this test builds would not run under " + emulator)
	}
	if testing.Short() || testenv.Race {
		t.Skip("it runs other programs for some seconds, which have no race detector")
	}
	p.commands = readCommands(t)
	p.path = build(t)
	if p.asks {
		p.environment = []string{"STAPSDT_LISTEN=" + p.socket()}
	}
	if p.credential != nil {
		if err := os.Chown(p.path, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	p.process = start(t, p.execute(filepath.Join(p.path, "program"), arguments...))
	p.await(t, "its process id", func() bool { return len(p.lines()) > 0 })
}

func (p *Program) socket() string { return "unix:" + filepath.Join(p.path, "socket") }

// build returns a directory, which every user may read, with the program and usdt.
func build(t *testing.T) string {
	t.Helper()
	path := testenv.PublicDir(t)
	static := []string{"CGO_ENABLED=0"}
	for name, source := range map[string]string{"program": ".", "usdt": "../../cmd/usdt"} {
		if err := testbuild.Go(filepath.Join(path, name), static, "build", source); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// execute returns a command that finds usdt.
func (p *Program) execute(name string, arguments ...string) *exec.Cmd {
	cmd := exec.Command(name, arguments...)
	if p.asks {
		cmd.Dir = p.path // nobody may not enter every directory
	}
	cmd.Env = append(os.Environ(), "PATH="+p.path+":"+os.Getenv("PATH"))
	cmd.Env = append(cmd.Env, p.environment...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.credential}
	return cmd
}

// Trace runs all tracers of README.md at once until the program has printed so many lines more. It
// returns what each of them has printed, in the order of the page.
//
// Tracers of the kernel see the same hits, all of them: the program stands still from before the
// first is attached until all are, and when they detach.
func (p *Program) Trace(t *testing.T, lines int) (printed [][]string) {
	t.Helper()
	p.freeze(t)
	tracers := p.attach(t)
	more := len(p.lines()) + lines
	p.thaw(t)
	p.await(t, "more lines", func() bool { return len(p.lines()) >= more })
	p.freeze(t)
	printed = p.detach(t, tracers)
	p.thaw(t)
	p.commands[0].expect(t, p.lines())
	for i, r := range tracers {
		r.expect(t, printed[i])
	}
	return printed
}

// freeze stops all threads of the program where they are, unless it has to answer.
func (p *Program) freeze(t *testing.T) {
	t.Helper()
	if !p.asks {
		p.signal(t, syscall.SIGSTOP)
		p.await(t, "its threads to stop", func() bool { return stopped(t, p.PID()) })
	}
}

func (p *Program) thaw(t *testing.T) {
	t.Helper()
	if !p.asks {
		p.signal(t, syscall.SIGCONT)
	}
}

func (p *Program) signal(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := p.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

var (
	pidFlag = regexp.MustCompile(`-p \d+`)
	address = regexp.MustCompile(`unix:\S+`)
)

// A tracer is a running command of README.md.
type tracer struct {
	*process
	command
}

// attach starts the tracers, and returns when they are attached.
func (p *Program) attach(t *testing.T) (tracers []tracer) {
	t.Helper()
	for _, c := range p.commands[1:] {
		line := pidFlag.ReplaceAllString(c.line, "-p "+strconv.Itoa(p.PID()))
		line = address.ReplaceAllString(line, p.socket())
		tracers = append(tracers, tracer{start(t, p.execute("sh", "-c", "exec "+line)), c})
	}
	for _, r := range tracers {
		attached := "; Ctrl-C ends it"
		if r.isBpftrace() {
			attached = "__BPFTRACE_NOTIFY_PROBES_ATTACHED"
		}
		r.await(t, "being attached", func() bool { return strings.Contains(r.said(), attached) })
	}
	return tracers
}

// detach ends the tracers and returns what they have printed. Of events that are under way, a
// tracer of the kernel prints all, but for bpftrace, which gets the time to print as many as usdt.
// If usdt asks the program, which goes on, it gets the time to print what the page has.
func (p *Program) detach(t *testing.T, tracers []tracer) (printed [][]string) {
	t.Helper()
	printed = make([][]string, len(tracers))
	events := 0
	for i, r := range tracers {
		if r.isBpftrace() {
			continue
		}
		if p.asks && r.isTrace() {
			r.await(t, "what README.md has", func() bool { return r.missing(r.lines()) == nil })
		}
		printed[i] = r.interrupt(t)
		if r.isTrace() {
			events += len(printed[i])
		}
	}
	for i, r := range tracers {
		if r.isBpftrace() {
			r.await(t, "as many events as usdt printed",
				func() bool { return len(output(r.lines())) >= events })
			r.Terminate()
			printed[i] = output(r.end(t))
		}
	}
	return printed
}

var message = regexp.MustCompile(`^$|^Attach(ing|ed) \d+ probes?|^__BPFTRACE_NOTIFY`)

// output leaves out what bpftrace prints besides the output of the script.
func output(lines []string) (events []string) {
	for _, line := range lines {
		if !message.MatchString(line) {
			events = append(events, line)
		}
	}
	return events
}

// Await waits until the program prints this line, after now.
func (p *Program) Await(t *testing.T, line string) {
	t.Helper()
	now := len(p.lines())
	p.await(t, line, func() bool { return slices.Contains(p.lines()[now:], line) })
}

// End ends the program as Ctrl-C does, and returns all that it has printed.
func (p *Program) End(t *testing.T) []string {
	t.Helper()
	return p.interrupt(t)
}
