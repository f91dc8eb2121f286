//go:build linux && (amd64 || arm64)

package stapsdt_test

import (
	"os"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

const policyEnv = "STAPSDT_TEST_POLICY"

// policies are system calls that administrators forbid or older kernels lack, and the backing that
// works nevertheless.
var policies = []struct {
	name            string
	call            uint32
	errno           syscall.Errno
	argument, anyOf uint32
	backing         stapsdt.Backing
}{
	{"memfd denied", unix.SYS_MEMFD_CREATE, unix.EPERM, 1, ^uint32(0), stapsdt.FileBacking},
	{"no MFD_NOEXEC_SEAL, before 6.3", unix.SYS_MEMFD_CREATE, unix.EINVAL, 1, unix.MFD_NOEXEC_SEAL,
		stapsdt.MemfdBacking},
	{"no memory made executable", unix.SYS_MPROTECT, unix.EACCES, 2, unix.PROT_EXEC,
		stapsdt.MemfdBacking},
}

// TestPolicies runs itself again in a process of its own for each policy.
func TestPolicies(t *testing.T) {
	name := os.Getenv(policyEnv)
	for _, policy := range policies {
		if name == "" {
			t.Run(policy.name, func(t *testing.T) {
				passesAgain(t, "TestPolicies", policyEnv+"="+policy.name)
			})
		}
		if name != policy.name {
			continue
		}
		testenv.FailSyscall(t, policy.call, policy.errno, policy.argument, policy.anyOf)
		p := newProvider(t, stapsdt.WithBacking(policy.backing), stapsdt.WithDir(t.TempDir()))
		probe := stapsdt.MustProbe1[string](p, "p")
		for range 2 {
			mustLoad(t, p)
			probe.Fire("harmless")
			if err := p.Unload(); err != nil {
				t.Error(err)
			}
		}
	}
}
