//go:build linux && (amd64 || arm64)

package faults

import (
	"fmt"
	"os"
	"syscall"
	"testing"
)

var (
	ownMounts    = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	ownProcesses = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS | syscall.CLONE_NEWPID}
)

// private is for the shell: nothing that it mounts is seen elsewhere.
const private = "mount --make-rprivate / && "

func TestProc(t *testing.T) {
	noProc := start{attr: ownMounts, shell: private + "mount -t tmpfs none /proc", without: true}
	noProcFile := noProc
	noProcFile.env = []string{"STAPSDT_BACKING=file"}
	otherProc := want{text: "/proc is not that of this process's pid namespace; a named file may do"}
	useFile := []string{"set STAPSDT_BACKING=file"}
	meet(t,
		fault{name: "no /proc, memfd", start: noProc, remedy: useFile, wantC: otherProc},
		fault{name: "no /proc, named file", start: noProcFile},
		fault{name: "/proc of another pid namespace", remedy: useFile, wantC: otherProc,
			start: start{attr: ownProcesses, without: true}},
		fault{name: "/proc with hidepid=2", start: start{attr: ownMounts,
			shell:  private + "mount -t proc -o hidepid=2 none /proc",
			become: fmt.Sprintf("setpriv --reuid %d --regid %[1]d --clear-groups", another)}},
		fault{name: "/proc with subset=pid", start: start{attr: ownMounts,
			shell: private + "mount -t proc -o subset=pid none /proc"}},
	)
}

// TestMemfdNoexec: the setting is that of a pid namespace, so the machine's own stays.
func TestMemfdNoexec(t *testing.T) {
	const setting = "/proc/sys/vm/memfd_noexec"
	before, err := os.ReadFile(setting)
	if err != nil {
		t.Skipf("before Linux 6.3: %v", err)
	}
	for value := range 3 {
		meet(t, fault{name: fmt.Sprintf("vm.memfd_noexec=%d", value), start: start{attr: ownProcesses,
			shell: fmt.Sprintf("%smount -t proc none /proc && echo %d >%s", private, value, setting)}})
	}
	if after, err := os.ReadFile(setting); err != nil || string(after) != string(before) {
		t.Errorf("%s of the machine is now %q, %v", setting, after, err)
	}
}
