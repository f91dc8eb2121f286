package docs

import (
	"bufio"
	"cmp"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A shell executes the commands of a page, one after the other, as one bash would: each begins in
// the directory, and with the variables, in which the one before has ended.
type shell struct {
	state   string // the file with them
	environ []string
	guard   *guard
	started []*process
}

// script executes its first argument between two states. In place of the shell that ends with it,
// the next one has its variables; so all are exported.
const script = `set -a
. "$DOCS_STATE" && cd "$PWD"
eval "$1"
status=$?
export -p >"$DOCS_STATE"
exit $status`

func newShell(state, dir string, w *world, environ []string) (*shell, error) {
	s := &shell{state: state, environ: append(environ, "DOCS_STATE="+state), guard: w.guard}
	return s, os.WriteFile(state, []byte("PWD='"+dir+"'\n"), 0o600)
}

// A process is a command that runs, with all the processes that it has started.
type process struct {
	*exec.Cmd
	lines chan string   // what it prints; closed when it has ended
	ended chan struct{} // closed behind lines
	err   error         // why it has ended
	left  bool          // it has left something in the background
	write *os.File
}

// end is printed behind everything that a command prints.
const end = "\x00end"

// start starts a command in a process group of its own. SIGINT ends it, also if this test was
// started in the background, where it is ignored.
func (s *shell) start(text string) (*process, error) {
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	p := &process{lines: make(chan string), ended: make(chan struct{}), write: write}
	p.Cmd = exec.Command("env", "--default-signal=INT", "bash", "-c", script, "bash", text)
	p.Env = s.environ
	p.Stdout, p.Stderr = write, write
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.Start(); err != nil {
		read.Close()
		write.Close()
		return nil, err
	}
	s.guard.tell(p.Process.Pid)
	s.started = append(s.started, p)
	go p.wait()
	go p.scan(read)
	return p, nil
}

func (p *process) wait() {
	p.err = p.Cmd.Wait()
	p.left = syscall.Kill(-p.Process.Pid, 0) == nil
	_, _ = io.WriteString(p.write, "\n"+end+"\n")
	p.write.Close()
	close(p.ended)
}

// scan passes lines on until the command has ended. What it has left in the background prints on.
func (p *process) scan(read *os.File) {
	defer read.Close()
	const longest = 1 << 20
	lines := bufio.NewScanner(read)
	lines.Buffer(nil, longest)
	for lines.Scan() && lines.Text() != end {
		p.lines <- strings.TrimRight(lines.Text(), " \r")
	}
	close(p.lines)
	_, _ = io.Copy(io.Discard, read)
}

// signal sends a signal to the command and to all that it has started. When nothing of it is left,
// its number may be that of others.
func (p *process) signal(s syscall.Signal) {
	select {
	case <-p.ended:
		if !p.left {
			return
		}
	default:
	}
	_ = syscall.Kill(-p.Process.Pid, s) // it may have ended since
}

// interrupt does what Ctrl-C does. bpftrace 0.17 overlooks a signal while it prints an event, so it
// gets SIGTERM again and again until the command ends: at a second SIGINT, it would skip its last
// output.
func (p *process) interrupt() {
	p.signal(syscall.SIGINT)
	go func() {
		again := time.NewTicker(100 * time.Millisecond)
		defer again.Stop()
		for {
			select {
			case <-p.ended:
				return
			case <-again.C:
			}
			for _, m := range p.members() {
				if m.name == "bpftrace" {
					_ = syscall.Kill(m.pid, syscall.SIGTERM) // it may have ended since
				}
			}
		}
	}()
}

// stop ends everything that was started: with SIGTERM, and with SIGKILL what is left then. When it
// returns, nothing of it has a port or a socket any more, which another page may want.
func (s *shell) stop() {
	for _, p := range s.started {
		p.signal(syscall.SIGTERM)
		go func() {
			for range p.lines { // so that it does not wait for a reader
			}
		}()
	}
	for _, p := range s.started {
		select {
		case <-p.ended:
		case <-time.After(testenv.Patience):
		}
		p.signal(syscall.SIGKILL)
		<-p.ended
		p.awaitGone()
	}
}

// awaitGone waits until nothing runs that the command has started.
func (p *process) awaitGone() {
	for end := time.Now().Add(testenv.Patience); p.left && time.Now().Before(end); {
		if len(p.members()) == 0 {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// A member is a process of a command.
type member struct {
	pid   int
	name  string
	start int // by the kernel's clock
}

// members returns the processes of the command that run now, the oldest first. A younger one can
// have a smaller number, when the kernel has given all of them.
func (p *process) members() (all []member) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		stat, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		if m, group := parseStat(string(stat)); group == p.Process.Pid {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b member) int { return cmp.Or(a.start-b.start, a.pid-b.pid) })
	return all
}

// parseStat reads the file stat of a process, see proc_pid_stat(5). The group of one that has ended
// is 0. Its other threads may not have ended.
func parseStat(stat string) (m member, group int) {
	number, rest, _ := strings.Cut(stat, " (")
	end := strings.LastIndex(rest, ") ")
	if end < 0 {
		return m, 0
	}
	const state, processGroup, threads, startTime = 0, 2, 17, 19
	fields := strings.Fields(rest[end+2:])
	if len(fields) <= startTime || fields[state] == "Z" && fields[threads] == "1" {
		return m, 0
	}
	m.name = rest[:end]
	m.pid, _ = strconv.Atoi(number)
	m.start, _ = strconv.Atoi(fields[startTime])
	group, _ = strconv.Atoi(fields[processGroup])
	return m, group
}
