//go:build linux && (amd64 || arm64)

package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// denials are what a seccomp policy, another kind of policy, or an older kernel answers.
var denials = []syscall.Errno{unix.EPERM, unix.ENOSYS, unix.EACCES}

// TestEachCall has each single system call of a Load and an Unload fail, one at a time. Whatever
// Load says, the program is none the worse for it.
func TestEachCall(t *testing.T) {
	forEachSupervised(t, different, func(t *testing.T, p *program, calls map[string][]call) {
		met := 0
		for _, errno := range []syscall.Errno{unix.EPERM, unix.EINTR, unix.ENOMEM} {
			for _, command := range []string{"load", "unload"} {
				for i := range calls[command] {
					f := &failing{errno: errno, which: func(n int, _ call) bool { return n == i }}
					p.survives(t, command, f)
					met += len(f.failed)
				}
			}
		}
		if t.Logf("%d faults met", met); met == 0 {
			t.Error("nothing was tested")
		}
	})
}

// TestPolicies has all calls of a kind fail, as a policy does.
func TestPolicies(t *testing.T) {
	forEachSupervised(t, builds, func(t *testing.T, p *program, calls map[string][]call) {
		var kinds []string
		for _, c := range slices.Concat(calls["load"], calls["unload"]) {
			if !slices.Contains(kinds, c.kind()) {
				kinds = append(kinds, c.kind())
			}
		}
		for _, kind := range kinds {
			for _, errno := range denials {
				f := &failing{errno: errno, which: func(_ int, c call) bool { return c.kind() == kind }}
				p.survives(t, "load", f)
				if errno == denials[0] {
					report.add(p.backing+against+"`"+kind+"`", p.build, f.said)
				}
				p.survives(t, "unload", f)
			}
		}
	})
}

// forEachSupervised runs a test for each build and backing, with the calls of a Load and an Unload.
func forEachSupervised(t *testing.T, of []*build,
	test func(*testing.T, *program, map[string][]call)) {
	needRoot(t)
	for _, b := range of {
		for _, backing := range []string{"memfd", "named file"} {
			t.Run(b.name+" "+backing, func(t *testing.T) {
				env := []string{"STAPSDT_BACKING=" + strings.TrimPrefix(backing, "named ")}
				p := start{build: b, env: env}.supervise(t)
				p.backing = backing
				test(t, p, map[string][]call{"load": p.record(t, "load"), "unload": p.record(t, "unload")})
				p.mustLoad(t)
				p.mustCount(t)
				p.mustUnload(t)
			})
		}
	}
}

// record returns the calls that a command makes.
func (p *program) record(t *testing.T, command string) []call {
	t.Helper()
	if command == "load" {
		p.move(t)
	}
	f := &failing{which: func(int, call) bool { return true }}
	p.supervisor.under(f.decide)
	p.must(t, "%s", command)
	p.supervisor.under(nil)
	return f.failed
}

// move gives the program another directory for named files: some calls come only with the first
// Load there.
func (p *program) move(t *testing.T) {
	t.Helper()
	if p.backing == "memfd" {
		return
	}
	p.moved++
	p.dir = filepath.Join(filepath.Dir(p.dir), fmt.Sprint("moved", p.moved))
	check(t, os.Mkdir(p.dir, 0o700))
	p.must(t, "set TMPDIR=%s", p.dir)
}

// A failing fault lets some calls fail.
type failing struct {
	errno  syscall.Errno
	which  func(number int, c call) bool
	asked  int
	failed []call
	names  []string // of those that failed
	said   string   // what the command said
}

func (f *failing) decide(c call) syscall.Errno {
	n := f.asked
	f.asked++
	if !f.which(n, c) {
		return 0
	}
	f.failed = append(f.failed, c)
	f.names = append(f.names, c.String())
	return f.errno
}

// survives brings the fault about for the command. The program is not loaded before nor after.
func (p *program) survives(t *testing.T, command string, f *failing) {
	t.Helper()
	p.move(t)
	if command == "unload" {
		p.mustLoad(t)
	}
	p.must(t, "rest")
	before := p.holds(t)
	f.asked, f.failed, f.names = 0, nil, nil
	p.supervisor.under(f.decide)
	a := p.do(t, "%s", command)
	p.supervisor.under(nil)
	f.said = p.said()
	context := fmt.Sprintf("%s %s, %v by %q: %s", p.build.name, command, f.errno, f.names, a.Error)
	loaded := command == "load" && a.Error == ""
	if (a.Path != "") != loaded {
		t.Fatalf("%s: the path is %q", context, a.Path)
	}
	if a.Error != "" && !p.blames(f.errno) {
		t.Errorf("%s: it matches %v", context, a.Errnos)
	}
	if loaded {
		p.mustHaveNote(t)
		p.mustUnload(t)
	} else if p.do(t, "fire").Enabled {
		t.Errorf("%s: enabled", context)
	}
	if command == "load" && !f.holdsBack() {
		p.mustHold(t, before)
	}
	p.mustLoad(t)
	p.mustUnload(t)
}

// blames reports whether the last error matches errno. The C library has no number for what the
// dynamic linker, or the check of a directory, says in words.
func (p *program) blames(errno syscall.Errno) bool {
	return slices.Contains(p.now.Errnos, errno) || p.build.isC() &&
		(strings.Contains(strings.ToLower(p.now.Error), errno.Error()) ||
			strings.Contains(p.now.Error, ": open image ") ||
			strings.Contains(p.now.Error, ": /proc is not that of this process's pid namespace"))
}

// holdsBack reports whether a call failed that gives something back, or that tells whose a
// descriptor is: one that may be the program's own is not closed.
func (f *failing) holdsBack() bool {
	return slices.ContainsFunc(f.failed, func(c call) bool {
		k := c.kind()
		return k == "close" || k == "munmap" || strings.HasPrefix(k, "unlink") ||
			k == "fstat" && len(f.failed) == 1
	})
}
