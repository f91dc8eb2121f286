package doctor

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/rights"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

const (
	allCapabilities = 1<<41 - 1
	options         = "CONFIG_PERF_EVENTS=y\nCONFIG_UPROBES=y\nCONFIG_UPROBE_EVENTS=y\nCONFIG_BPF_SYSCALL=y\nCONFIG_BPF_EVENTS=y\n"
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
			"proc/self/mounts":                          file("proc /proc proc rw,relatime 0 0\ntracefs /sys/kernel/tracing tracefs rw 0 0\n"),
		},
		Kernel: kernel.Kernel{
			Release:  "6.1.0",
			Features: kernel.Features{ReadUser: true, RingBuffer: true, Semaphores: true, Multi: true},
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

// hide makes a file unreadable: here it is a directory.
func (s *System) hide(path string) { s.Files.(fstest.MapFS)[path] = &fstest.MapFile{Mode: fs.ModeDir} }

func (s *System) setStatus(capabilities uint64, seccomp string) {
	s.set("proc/self/status", fmt.Sprintf("Name:\tusdt\nCapEff:\t%016x\nSeccomp:\t%s\nSeccomp_filters:\t0\n", capabilities, seccomp))
}

// setParanoid sets the level of perf_event_paranoid, and what perf_event_open answers.
func (s *System) setParanoid(level int, answer syscall.Errno) {
	s.set("proc/sys/kernel/perf_event_paranoid", fmt.Sprintln(level))
	s.PerfCall = answer
}

// drop leaves the process without capabilities but for those kept.
func (s *System) drop(kept ...rights.Capability) {
	var mask uint64
	for _, c := range kept {
		mask |= 1 << c.Number
	}
	s.setStatus(mask, "0")
}

func compressed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWell(t *testing.T) {
	for _, f := range Examine(wellSystem()) {
		if f.Name == "" || f.Found == "" || f.Status != OK || f.Remedy != "" {
			t.Errorf("%+v", f)
		}
	}
}

// TestFindings spoils one thing at a time and looks at the finding that it must change, by name,
// status and parts of what it says. A failure must be one where usdt could not trace, and a warning
// where it just has.
func TestFindings(t *testing.T) {
	denied := fmt.Errorf("load program: %w", unix.EPERM)
	tests := []struct {
		name   string
		spoil  func(*System)
		check  string
		status Status
		says   []string
	}{
		{"old kernel", func(s *System) { s.Kernel.Release = "4.14.300" }, "kernel", Failure, []string{"4.14.300 is too old", "Linux 4.18"}},
		{"oldest kernel", func(s *System) { s.Kernel.Release = "4.18.0-553.el8_10.x86_64" }, "kernel", OK, []string{"4.18.0-553"}},
		{"hidden kernel", func(s *System) { s.Kernel.Release = "" }, "kernel", Warning, nil},
		{"option missing", func(s *System) {
			s.set("boot/config-6.1.0", strings.Replace(options, "CONFIG_UPROBE_EVENTS=y", "# CONFIG_UPROBE_EVENTS is not set", 1))
		}, "kernel config", Failure, []string{"/boot/config-6.1.0 lacks CONFIG_UPROBE_EVENTS"}},
		{"option missing in /proc", func(s *System) {
			s.remove("boot/config-6.1.0")
			s.set("proc/config.gz", compressed(t, strings.Replace(options, "CONFIG_BPF_EVENTS=y\n", "", 1)))
		}, "kernel config", Failure, []string{"/proc/config.gz lacks CONFIG_BPF_EVENTS"}},
		{"config in /proc", func(s *System) {
			s.remove("boot/config-6.1.0")
			s.set("proc/config.gz", compressed(t, options))
		}, "kernel config", OK, []string{"/proc/config.gz"}},
		{"config spoiled", func(s *System) {
			s.remove("boot/config-6.1.0")
			s.set("proc/config.gz", "plain")
		}, "kernel config", OK, []string{"not published"}},
		{"no sysfs", func(s *System) { s.remove("sys/bus/event_source/devices/uprobe/type") }, "uprobe PMU", Failure, []string{"mount -t sysfs sysfs /sys"}},
		{"no PMU", func(s *System) {
			s.remove("sys/bus/event_source/devices/uprobe/type")
			s.set("sys/bus/event_source/devices/software/type", "1\n")
		}, "uprobe PMU", Failure, []string{"CONFIG_UPROBE_EVENTS"}},

		{"nobody", func(s *System) { s.drop() }, "capabilities", Failure, []string{"CAP_BPF", "setcap cap_bpf,cap_perfmon"}},
		{"old nobody", func(s *System) { s.drop(); s.Kernel.Features.Multi = false }, "capabilities", Failure, []string{"setcap cap_sys_admin"}},
		{"few rights", func(s *System) { s.drop(rights.BPF, rights.Perfmon) }, "capabilities", OK, []string{"CAP_PERFMON"}},
		{"too few rights", func(s *System) { s.drop(rights.BPF, rights.SysPtrace) }, "capabilities", Failure, nil},
		{"few rights do not help", func(s *System) {
			s.drop(rights.BPF, rights.Perfmon)
			s.Kernel.Features.Multi = false
		}, "capabilities", Failure, []string{"no CAP_SYS_ADMIN"}},
		{"new nobody", func(s *System) {
			s.drop()
			s.Kernel = kernel.Kernel{Release: "6.12.0", Untried: denied}
		}, "capabilities", Failure, []string{"setcap cap_bpf"}},
		{"untried, old", func(s *System) {
			s.drop()
			s.Kernel = kernel.Kernel{Release: "6.9.0", Untried: denied}
		}, "capabilities", Failure, []string{"before Linux 6.10", "setcap cap_sys_admin"}},
		{"old container", func(s *System) { s.drop(); s.Kernel.Features.Multi = false; s.PIDNamespace = 4026532198 }, "capabilities", Failure, []string{"--cap-add SYS_ADMIN"}},
		{"container", func(s *System) { s.drop(); s.PIDNamespace = 4026532198 }, "capabilities", Failure, []string{"docker run --pid=host --cap-add BPF"}},
		{"rootless", func(s *System) { s.UserNamespace = 4026532197; s.Kernel.Untried = denied }, "user namespace", Failure, []string{"rootless"}},
		{"token", func(s *System) { s.UserNamespace = 4026532197 }, "user namespace", OK, nil},
		{"no sight", func(s *System) { s.drop(rights.BPF, rights.Perfmon) }, "other users' processes", Warning, []string{"cap_sys_ptrace"}},
		{"half sight", func(s *System) { s.drop(rights.SysPtrace) }, "other users' processes", Warning, []string{"DAC_READ_SEARCH"}},
		{"no sight in container", func(s *System) { s.drop(); s.PIDNamespace = 4026532198 }, "other users' processes", Warning, []string{"docker run"}},
		{"pid namespace", func(s *System) { s.PIDNamespace = 4026532198 }, "pid namespace", Warning, []string{"--pid=host"}},
		{"hidepid", func(s *System) {
			s.drop()
			s.set("proc/self/mounts", "proc /proc proc rw,relatime,hidepid=invisible 0 0\n")
		}, "hidden processes", Warning, []string{"hidepid=invisible", "remount"}},
		{"hidepid off", func(s *System) {
			s.drop()
			s.set("proc/self/mounts", "proc /proc proc rw,relatime,hidepid=0 0 0\n")
		}, "hidden processes", OK, nil},

		{"filtered", func(s *System) { s.setStatus(allCapabilities, "2"); s.BPFCall = unix.EPERM }, "seccomp", Failure, []string{"forbids bpf", "seccomp=unconfined"}},
		{"both filtered", func(s *System) { s.setStatus(0, "2"); s.BPFCall, s.PerfCall = unix.ENOSYS, unix.EPERM }, "seccomp", Failure, []string{"forbids bpf and perf_event_open"}},
		{"not the filter's EPERM", func(s *System) { s.setStatus(0, "2"); s.BPFCall = unix.EPERM }, "seccomp", OK, []string{"lets bpf"}},
		{"Debian's EACCES", func(s *System) {
			s.drop()
			s.setParanoid(3, unix.EACCES)
		}, "seccomp", OK, []string{"no filter"}},
		{"Ubuntu's EACCES in a container", func(s *System) {
			s.setStatus(1<<unix.CAP_BPF|1<<unix.CAP_PERFMON, "2")
			s.setParanoid(4, unix.EACCES)
		}, "seccomp", OK, []string{"lets bpf and perf_event_open pass"}},
		{"not Debian's EACCES", func(s *System) {
			s.drop()
			s.setParanoid(2, unix.EACCES)
		}, "seccomp", Failure, []string{"perf_event_open is refused", "EACCES", "security module"}},
		{"a filter's EPERM on Debian", func(s *System) {
			s.setStatus(0, "2")
			s.setParanoid(3, unix.EPERM)
		}, "seccomp", Failure, []string{"forbids perf_event_open"}},
		{"root's EACCES on Debian", func(s *System) { s.setParanoid(3, unix.EACCES) },
			"seccomp", Failure, []string{"EACCES"}},
		{"kernel without BPF", func(s *System) { s.BPFCall = unix.ENOSYS }, "seccomp", Failure, []string{"no filter, yet bpf is refused: ENOSYS", "CONFIG_BPF_SYSCALL"}},
		{"integrity", func(s *System) { s.set("sys/kernel/security/lockdown", "none [integrity] confidentiality\n") }, "lockdown", OK, []string{"integrity"}},
		{"confidentiality", func(s *System) { s.set("sys/kernel/security/lockdown", "none integrity [confidentiality]\n") }, "lockdown", Warning, []string{"lockdown=integrity"}},
		{"old confidentiality", func(s *System) {
			s.Kernel.Release, s.Kernel.Features.ReadUser = "5.4.0", false
			s.set("sys/kernel/security/lockdown", "none integrity [confidentiality]\n")
		}, "lockdown", Failure, []string{"may not read memory"}},
		{"no lockdown", func(s *System) {
			s.remove("sys/kernel/security/lockdown")
			s.set("sys/kernel/security/lsm", "capability\n")
		}, "lockdown", OK, []string{"none"}},
		{"hidden lockdown", func(s *System) { s.remove("sys/kernel/security/lockdown") }, "lockdown", OK, []string{"unknown", "/sys/kernel/security"}},
		{"unreadable lockdown", func(s *System) { s.hide("sys/kernel/security/lockdown") }, "lockdown", OK, []string{"unknown"}},
		{"paranoid", func(s *System) {
			s.drop(rights.BPF, rights.Perfmon)
			s.set("proc/sys/kernel/perf_event_paranoid", "4\n")
		}, "perf_event_paranoid", Warning, []string{"sysctl kernel.perf_event_paranoid=2"}},
		{"paranoid for others", func(s *System) { s.set("proc/sys/kernel/perf_event_paranoid", "4\n") }, "perf_event_paranoid", OK, nil},
		{"locked memory", func(s *System) { s.drop(rights.SysAdmin); s.Kernel.Release = "5.10.0" }, "locked memory", Warning, []string{"ulimit -l unlimited"}},
		{"no tracefs", func(s *System) { s.set("proc/self/mounts", "") }, "tracefs", Warning, []string{"mount -t tracefs"}},

		{"programs denied", func(s *System) { s.Kernel.Untried = denied }, "BPF programs", Failure, []string{"in spite of the capabilities", "operation not permitted"}},
		{"programs for others", func(s *System) { s.drop(); s.Kernel.Untried = denied }, "BPF programs", Failure, []string{"without the capabilities"}},
		{"programs unknown", func(s *System) { s.Kernel.Untried = unix.EINVAL }, "BPF programs", Failure, []string{"invalid argument"}},
		{"trace denied", func(s *System) { s.Traced = unix.EACCES }, "tracing a probe", Failure, []string{"permission denied"}},
		{"trace for others", func(s *System) { s.drop(); s.Traced = unix.EACCES }, "tracing a probe", Failure, []string{"without the capabilities"}},
		{"nothing to trace", func(s *System) { s.Memory, s.File, s.Traced = unix.EPERM, unix.EPERM, unix.EPERM }, "tracing a probe", Warning, []string{"not tried"}},
		{"no ring buffer", func(s *System) { s.Kernel.Features.RingBuffer = false }, "ring buffer", OK, []string{"perf buffers"}},
		{"unknown ring buffer", func(s *System) { s.Kernel.Features.RingBuffer = false; s.Kernel.Untried = denied }, "ring buffer", OK, []string{"unknown", "from 5.8"}},
		{"no read_user", func(s *System) { s.Kernel.Features.ReadUser = false }, "reading arguments", OK, []string{"bpf_probe_read,"}},
		{"no multi", func(s *System) { s.Kernel.Features.Multi = false }, "uprobe_multi", OK, []string{"perf events"}},
		{"no semaphores", func(s *System) { s.Kernel.Features.Semaphores = false }, "semaphores", OK, []string{"writes them itself"}},

		{"strange site", func(s *System) { s.SiteError = errors.New(`"nop3" is none`) }, "probe sites", Warning, []string{"nop3", "unset STAPSDT_SITE"}},
		{"strict memfd", func(s *System) { s.set("proc/sys/vm/memfd_noexec", "2\n") }, "vm.memfd_noexec", OK, []string{"original libstapsdt"}},
		{"old memfd", func(s *System) {
			s.remove("proc/sys/vm/memfd_noexec")
			s.set("proc/sys/vm/overcommit_memory", "0\n")
		}, "vm.memfd_noexec", OK, []string{"none before Linux 6.3"}},
		{"hidden memfd policy", func(s *System) { s.remove("proc/sys/vm/memfd_noexec") }, "vm.memfd_noexec", OK, []string{"unknown", "/proc/sys/vm/memfd_noexec"}},
		{"unreadable memfd policy", func(s *System) { s.hide("proc/sys/vm/memfd_noexec") }, "vm.memfd_noexec", OK, []string{"unknown"}},
		{"no memfd", func(s *System) { s.Memory = unix.EPERM }, "probes in memory", Warning, []string{"STAPSDT_BACKING=file"}},
		{"no probes", func(s *System) { s.Memory, s.File = unix.EPERM, unix.EACCES }, "probes in memory", Warning, []string{"can load no probes: operation not permitted"}},
		{"no file", func(s *System) { s.File = unix.EACCES }, "probes in named files", Warning, []string{"STAPSDT_DIR"}},

		{"old bpftrace", func(s *System) { s.Tools = map[string]Tool{"bpftrace": {Version: "0.17.0"}} }, "bpftrace", OK, []string{"0.17.0: finds probes by pid and by path"}},
		{"new bpftrace", func(s *System) { s.Tools = map[string]Tool{"bpftrace": {Version: "0.25.0"}} }, "bpftrace", OK, []string{"not by pid"}},
		{"mute perf", func(s *System) { s.Tools = map[string]Tool{"perf": {Error: errors.New("exit status 2")}} }, "perf", OK, []string{"version unknown: exit status 2"}},
		{"no gdb", func(s *System) {}, "gdb", OK, []string{"not installed"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := wellSystem()
			test.spoil(&s)
			if test.status == Failure && s.Traced == nil {
				if f := find(t, Examine(s), test.check); f.Status != Warning {
					t.Errorf("status %v, want %v, since usdt has traced: %+v", f.Status, Warning, f)
				}
				s.Traced = unix.EINVAL
			}
			f := find(t, Examine(s), test.check)
			if f.Status != test.status {
				t.Errorf("status %v, want %v: %+v", f.Status, test.status, f)
			}
			if (f.Status == OK) != (f.Remedy == "") {
				t.Errorf("a remedy belongs to what is not well: %+v", f)
			}
			for _, want := range test.says {
				if !strings.Contains(f.Found+"\n"+f.Remedy, want) {
					t.Errorf("%+v does not say %q", f, want)
				}
			}
		})
	}
}

func find(t *testing.T, findings []Finding, name string) Finding {
	t.Helper()
	for _, f := range findings {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no check %q", name)
	return Finding{}
}

// TestConclusion: the last sentence agrees with the worst finding.
func TestConclusion(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*System)
		worst Status
		want  string
	}{
		{"well", func(*System) {}, OK, "usdt can trace here"},
		{"without tracefs", func(s *System) { s.set("proc/self/mounts", "") }, Warning, "usdt can trace here; see the warnings"},
		{"filtered, yet traced", func(s *System) { s.setStatus(allCapabilities, "2"); s.PerfCall = unix.EPERM }, Warning, "usdt can trace here; see the warnings"},
		{"no probes", func(s *System) { s.Memory, s.File, s.Traced = unix.EPERM, unix.EPERM, unix.EPERM }, Warning, "can load no probes"},
		{"nobody", func(s *System) { s.drop(); s.Traced = unix.EPERM }, Failure, "cannot trace here: see the failures"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := wellSystem()
			test.spoil(&s)
			if worst := Worst(Examine(s)); worst != test.worst {
				t.Errorf("worst %v, want %v", worst, test.worst)
			}
			if got := Conclusion(s); !strings.Contains(got, test.want) {
				t.Errorf("%q does not say %q", got, test.want)
			}
		})
	}
}

// TestCause: usdt doctor does not advise to ask usdt doctor.
func TestCause(t *testing.T) {
	rights := fmt.Errorf("%w (%w): usdt doctor tells what is missing", uprobe.ErrRights, unix.EACCES)
	other := errors.New("other")
	for _, test := range []struct{ err, want error }{
		{rights, unix.EACCES},
		{errors.Join(fmt.Errorf("attach: %w", rights), nil), unix.EACCES},
		{errors.Join(other, fmt.Errorf("attach: %w", rights)), unix.EACCES},
		{fmt.Errorf("map create: %w (consider more)", unix.EPERM), unix.EPERM},
		{other, other},
		{fmt.Errorf("attach: %w", other), fmt.Errorf("attach: %w", other)},
	} {
		if got := cause(test.err); got.Error() != test.want.Error() {
			t.Errorf("cause of %q is %q, want %q", test.err, got, test.want)
		}
	}
}

func TestWorst(t *testing.T) {
	if got := Worst(nil); got != OK {
		t.Errorf("nothing found: %v", got)
	}
	if got := Worst([]Finding{{Status: Warning}, {Status: Failure}, {Status: OK}}); got != Failure {
		t.Errorf("got %v, want %v", got, Failure)
	}
}
