//go:build amd64 || arm64

package doctor

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

// TestObserve traces for real, as root.
func TestObserve(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("tracing needs root"))
	}
	t.Setenv("STAPSDT_BACKING", "nonsense") // which is for other programs
	t.Setenv("STAPSDT_DISABLE", "1")
	s := Observe()
	for _, name := range []string{
		"kernel", "uprobe PMU", "capabilities", "BPF programs", "tracing a probe",
		"probes in memory", "probes in named files",
	} {
		if f := find(t, Examine(s), name); f.Status != OK {
			t.Errorf("%+v", f)
		}
	}
	if got := os.Getenv("STAPSDT_BACKING"); got != "nonsense" {
		t.Errorf("STAPSDT_BACKING is %q afterwards", got)
	}
}

// filteredEnv is set for the process that TestFiltered starts.
const filteredEnv = "DOCTOR_TEST_FILTERED"

// TestFiltered runs this test program again under a seccomp policy, because a policy cannot be
// lifted.
func TestFiltered(t *testing.T) {
	if os.Getenv(filteredEnv) != "" {
		const command, all = 0, ^uint32(0)
		testenv.FailSyscall(t, unix.SYS_BPF, unix.EPERM, command, all)
		f := find(t, Examine(Observe()), "seccomp")
		t.Logf("finding: %v: %s: %s", f.Status, f.Found, f.Remedy)
		return
	}
	if os.Getenv("USDT_TEST_EXEC") != "" || os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("needs root and a kernel with seccomp"))
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestFiltered$", "-test.v")
	cmd.Env = append(os.Environ(), filteredEnv+"=1")
	out, err := cmd.CombinedOutput()
	const want = "finding: failure: a filter forbids bpf: " +
		"docker run --security-opt seccomp=unconfined"
	if err != nil || !strings.Contains(string(out), want) {
		t.Errorf("%v, no %q in\n%s", err, want, out)
	}
}

// Only these answers mean that the kernel itself was reached.
func TestRefused(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, errors.New("old kernels answer EPERM to others"))
	}
	if got := refusedBPF(); got != unix.EINVAL {
		t.Errorf("bpf: %v, want %v", got, unix.EINVAL)
	}
	if got := refusedPerf(); got != unix.EFAULT {
		t.Errorf("perf_event_open: %v, want %v", got, unix.EFAULT)
	}
}

func TestToolVersion(t *testing.T) {
	for text, want := range map[string]string{
		"bpftrace v0.17.0":             "0.17.0",
		"perf version 6.1.192":         "6.1.192",
		"GNU gdb (Debian 13.1-3) 13.1": "13.1",
		"0.26.0":                       "0.26.0",
	} {
		if got, err := toolVersion([]string{"echo", text}); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", text, got, err, want)
		}
	}
	for _, command := range [][]string{{"echo", "none"}, {"false"}, {"/nonexistent"}} {
		if got, err := toolVersion(command); err == nil {
			t.Errorf("%q: %q, want an error", command, got)
		}
	}
}

// A directory that cannot be used is an error of loading.
func TestLoadNowhere(t *testing.T) {
	for _, env := range []string{"STAPSDT_DIR", "XDG_RUNTIME_DIR", "TMPDIR"} {
		t.Setenv(env, "/nonexistent")
	}
	if err := loadProbes(stapsdt.FileBacking); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want %v", err, os.ErrNotExist)
	}
}
