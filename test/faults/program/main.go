//go:build linux && (amd64 || arm64)

// Command program meets the faults. It has a provider "faults" with a probe "p", reads one command
// a line, and answers each with its state, as JSON on one line:
//
//	rest        collects garbage, before a fault comes
//	load        loads the provider
//	unload      unloads it
//	fire        fires the probe ten times
//	set K=V     sets an environment variable, unset K removes it
//	limit N V   sets resource limit N to V, or as high as it may be if V is -1
//	lock        locks the memory that it maps from now on into RAM
//	maps N      makes mappings until N are left that the kernel allows; "maps all" gives them back
//
// testdata/program.c does the same with the C library.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"runtime"
	"strings"
	"syscall"

	"github.com/go-usdt/usdt/internal/testing/room"
	"github.com/go-usdt/usdt/stapsdt"
)

// An answer is what the last command had to say, and the state of the program after it.
type answer struct {
	Error   string   // "" for none
	Errnos  []int    // those that the error matches
	ErrArgs bool     // the error matches it
	Skipped []string // directories that Load passed over

	Path       string // "" while not loaded
	Enabled    bool
	Goroutines int
}

// The faults are those of one thread, which does all that commands say.
func init() { runtime.LockOSThread() }

func main() {
	log.SetFlags(0)
	room.Make()
	p := declare()
	say(p.state(nil))
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		say(p.state(p.do(lines.Text())))
	}
	if err := p.provider.Close(); err != nil {
		log.Fatal(err)
	}
}

func say(a answer) {
	line, err := json.Marshal(a)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(line))
}

// A program is what the commands change.
type program struct {
	provider *stapsdt.Provider
	probe    *stapsdt.Probe2[uint64, string]
	hog      hog
}

func declare() *program {
	defer faultless(faulty())
	p := &program{provider: stapsdt.MustProvider("faults"), hog: newHog()}
	p.probe = stapsdt.MustProbe2[uint64, string](p.provider, "p")
	return p
}

// do carries out one command.
func (p *program) do(line string) error {
	verb, argument, _ := strings.Cut(line, " ")
	switch verb {
	case "load":
		defer faultless(faulty())
		return p.provider.Load()
	case "unload":
		defer faultless(faulty())
		return p.provider.Unload()
	case "fire":
		for i := range uint64(10) {
			p.probe.Fire(i, "text")
		}
		return nil
	case "set":
		name, value, _ := strings.Cut(argument, "=")
		return os.Setenv(name, value)
	case "unset":
		return os.Unsetenv(argument)
	case "rest":
		runtime.GC() // see room.Make
		return nil
	case "limit":
		return limit(argument)
	case "lock":
		const future = 2
		return syscall.Mlockall(future)
	case "maps":
		return p.hog.leave(argument)
	}
	log.Fatalf("no such command: %q", line)
	return nil
}

// faulty and faultless enclose the calls that may meet faults: who supervises the system calls
// recognizes the two that these make.
func faulty() struct{} {
	_, _, _ = syscall.RawSyscall(syscall.SYS_GETSID, 0, 0, 0)
	return struct{}{}
}

func faultless(struct{}) { _, _, _ = syscall.RawSyscall(syscall.SYS_GETPGID, 0, 0, 0) }

func (p *program) state(err error) answer {
	info := p.provider.Info()
	a := answer{Path: p.provider.Path(), Enabled: p.probe.Enabled(),
		Goroutines: runtime.NumGoroutine()}
	for _, err := range info.Skipped {
		a.Skipped = append(a.Skipped, err.Error())
	}
	if err == nil {
		return a
	}
	a.Error = err.Error()
	a.ErrArgs = errors.Is(err, stapsdt.ErrArgs)
	for n := syscall.Errno(1); n < 134; n++ {
		if errors.Is(err, n) {
			a.Errnos = append(a.Errnos, int(n))
		}
	}
	return a
}
