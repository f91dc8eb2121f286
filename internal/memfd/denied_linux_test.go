//go:build amd64 || arm64

package memfd

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

const (
	deniedEnv = "MEMFD_TEST_DENIED" // the errno that memfd_create shall answer
	flagsEnv  = "MEMFD_TEST_FLAGS"  // only to calls with one of these flags
)

// TestDenied runs itself again in a process of its own, because a seccomp policy cannot be lifted.
func TestDenied(t *testing.T) {
	if os.Getenv(deniedEnv) != "" {
		const flags = 1 // the index of the argument
		testenv.FailSyscall(t, unix.SYS_MEMFD_CREATE, syscall.Errno(number(t, deniedEnv)), flags,
			number(t, flagsEnv))
		f, err := New("test", []byte("content"))
		if err == nil {
			f.Close()
		}
		t.Logf("New: %v", err)
		return
	}
	const all = ^uint32(0)
	tests := []struct {
		name  string
		errno syscall.Errno
		flags uint32
		want  string
	}{
		{"seccomp", unix.EPERM, all, "operation not permitted"},
		{"sandbox without it", unix.ENOSYS, all, "function not implemented"},
		{"before 6.3", unix.EINVAL, unix.MFD_NOEXEC_SEAL, "New: <nil>"},
		{"vm.memfd_noexec", unix.EACCES, all, "permission denied"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			args := testenv.Again("TestDenied")
			cmd := exec.Command(args[0], args[1:]...)
			cmd.Env = append(os.Environ(), deniedEnv+"="+strconv.Itoa(int(test.errno)),
				flagsEnv+"="+strconv.Itoa(int(test.flags)))
			out, err := cmd.CombinedOutput()
			if emulator := os.Getenv("USDT_TEST_EXEC"); emulator != "" {
				t.Skipf("no seccomp under %s", emulator)
			}
			if err != nil || !strings.Contains(string(out), test.want) {
				t.Errorf("%v, no %q in\n%s", err, test.want, out)
			}
		})
	}
}

func number(t *testing.T, env string) uint32 {
	t.Helper()
	n, err := strconv.ParseUint(os.Getenv(env), 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint32(n)
}

// TestStrictSysctl runs TestNew in a pid namespace with vm.memfd_noexec=2, which allows no memfd
// that could be made executable.
func TestStrictSysctl(t *testing.T) {
	args := []string{"--pid", "--fork", "--mount-proc", "sh", "-c",
		`echo 2 >/proc/sys/vm/memfd_noexec && exec "$0" "$@"`}
	cmd := exec.Command("unshare", append(args, testenv.Again("TestNew")...)...)
	out, err := cmd.CombinedOutput()
	if err != nil && !strings.Contains(string(out), "TestNew") {
		testenv.Lacks(t, errors.New("set vm.memfd_noexec (Linux 6.3, root): "+string(out)))
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: TestNew") {
		t.Errorf("%v\n%s", err, out)
	}
}
