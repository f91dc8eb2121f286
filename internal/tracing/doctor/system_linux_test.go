package doctor

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"maps"
	"strings"
	"syscall"
	"testing/fstest"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

const (
	allCapabilities = 1<<41 - 1
	options         = "CONFIG_PERF_EVENTS=y\nCONFIG_UPROBES=y\nCONFIG_UPROBE_EVENTS=y\n" +
		"CONFIG_BPF_SYSCALL=y\nCONFIG_BPF_EVENTS=y\n"
	mounts = "proc /proc proc rw,relatime 0 0\ntracefs /sys/kernel/tracing tracefs rw 0 0\n"

	aNamespace = 4026532198 // the inode number of one that the kernel did not start with
)

// wellSystem is a machine where root can trace. Each test spoils a part of it.
func wellSystem() System {
	s := System{
		Files: fstest.MapFS{
			"boot/config-6.1.0":                         file(options),
			"sys/bus/event_source/devices/uprobe/type":  file("9\n"),
			"sys/kernel/security/lockdown":              file("[none] integrity confidentiality\n"),
			"proc/sys/kernel/perf_event_paranoid":       file("2\n"),
			"proc/sys/kernel/unprivileged_bpf_disabled": file("2\n"),
			"proc/sys/vm/memfd_noexec":                  file("0\n"),
			"proc/self/mounts":                          file(mounts),
		},
		Kernel: kernel.Kernel{
			Release: "6.1.0",
			Features: kernel.Features{
				ReadUser: true, RingBuffer: true, Semaphores: true, Multi: true, MultiProcess: true,
			},
		},
		PIDNamespace:  kernel.InitialPIDNamespace,
		UserNamespace: kernel.InitialUserNamespace,
		BPFCall:       unix.EINVAL,
		PerfCall:      unix.EFAULT,
		Site:          probesite.Nop,
	}
	s.setStatus(allCapabilities, "0")
	return s
}

func file(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func (s *System) set(path, text string) { s.Files.(fstest.MapFS)[path] = file(text) }

func (s *System) remove(path string) { delete(s.Files.(fstest.MapFS), path) }

// removeProc and removeSys take away a file system.
func (s *System) removeProc() { s.removeBelow("proc/") }
func (s *System) removeSys()  { s.removeBelow("sys/") }

func (s *System) removeBelow(directory string) {
	maps.DeleteFunc(s.Files.(fstest.MapFS), func(path string, _ *fstest.MapFile) bool {
		return strings.HasPrefix(path, directory)
	})
}

// hide makes a file unreadable, by a directory in its place.
func (s *System) hide(path string) {
	s.Files.(fstest.MapFS)[path] = &fstest.MapFile{Mode: fs.ModeDir}
}

func (s *System) setStatus(capabilities uint64, seccomp string) {
	const status = "Name:\tusdt\nCapEff:\t%016x\nSeccomp:\t%s\nSeccomp_filters:\t0\n"
	s.set("proc/self/status", fmt.Sprintf(status, capabilities, seccomp))
}

// setParanoid sets the level of perf_event_paranoid, and what perf_event_open answers.
func (s *System) setParanoid(level int, answer syscall.Errno) {
	s.set("proc/sys/kernel/perf_event_paranoid", fmt.Sprintln(level))
	s.PerfCall = answer
}

// drop leaves the process with no capabilities but those.
func (s *System) drop(kept ...rights.Capability) {
	var mask uint64
	for _, c := range kept {
		mask |= 1 << c.Number
	}
	s.setStatus(mask, "0")
}

func compressed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	// Writing to memory cannot fail.
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}
