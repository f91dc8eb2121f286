package deploy

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A confinement is what a unit lets its service do, as the process takes it on that is to become
// the service. What it asks of systemd's first process, such as a cgroup, is not in it.
type confinement struct {
	Program      string // it and its files become files of /tmp
	Arguments    []string
	Files        map[string]string
	Capabilities []int
	Filter       []unix.SockFilter
}

// user is one that nobody else is, as of DynamicUser.
const user = 61500

// confined has a confinement, in JSON, for a process that takes it on.
const confined = "DEPLOY_TEST_CONFINED"

func TestMain(m *testing.M) {
	if text := os.Getenv(confined); text != "" {
		os.Unsetenv(confined)
		var c confinement
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			log.Fatal(err)
		}
		log.Fatal(c.become())
	}
	os.Exit(m.Run())
}

// confine returns a command that runs a program as the service of a unit, in mounts of its own.
func confine(t *testing.T, u unit, program string, files map[string]string,
	arguments ...string) *exec.Cmd {
	t.Helper()
	c := confinement{
		Program: program, Arguments: arguments, Files: files, Capabilities: capabilities(u),
		Filter: filterOf(u, allowedSyscalls(t, u)),
	}
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), confined+"="+string(text))
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	return cmd
}

// capabilities returns the numbers of those that a unit gives.
func capabilities(u unit) (numbers []int) {
	for _, name := range u.words("AmbientCapabilities") {
		numbers = append(numbers, map[string]int{
			"CAP_BPF": unix.CAP_BPF, "CAP_PERFMON": unix.CAP_PERFMON,
			"CAP_SYS_PTRACE": unix.CAP_SYS_PTRACE, "CAP_SYS_ADMIN": unix.CAP_SYS_ADMIN,
			"CAP_DAC_READ_SEARCH": unix.CAP_DAC_READ_SEARCH, "CAP_LEASE": unix.CAP_LEASE,
		}[name])
	}
	return numbers
}

// become takes on the confinement and executes the program.
func (c *confinement) become() error {
	runtime.LockOSThread() // what follows is of a thread, and passed on by it
	program, err := os.ReadFile(c.Program)
	if err != nil {
		return err
	}
	if err := hideFiles(); err != nil {
		return err
	}
	if err := os.WriteFile("/tmp/usdt", program, 0o755); err != nil {
		return err
	}
	for name, text := range c.Files {
		if err := os.WriteFile(filepath.Join("/tmp", name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	if err := c.limitRights(); err != nil {
		return err
	}
	filter := unix.SockFprog{Len: uint16(len(c.Filter)), Filter: &c.Filter[0]}
	if _, _, e := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, 0,
		uintptr(unsafe.Pointer(&filter))); e != 0 {
		return os.NewSyscallError("seccomp", e)
	}
	return syscall.Exec("/tmp/usdt", append([]string{"usdt"}, c.Arguments...),
		[]string{"PATH=" + os.Getenv("PATH")})
}

// hideFiles does what ProtectSystem=strict, ProtectHome, PrivateTmp, ProtectKernelTunables and
// ProtectControlGroups do, and makes the rest read-only, too.
func hideFiles() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return os.NewSyscallError("mount", err)
	}
	attributes := unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	if err := unix.MountSetattr(unix.AT_FDCWD, "/", unix.AT_RECURSIVE, &attributes); err != nil {
		return os.NewSyscallError("mount_setattr", err)
	}
	for _, directory := range []string{"/home", "/root", "/run/user", "/tmp", "/var/tmp"} {
		options := "mode=0"
		if strings.HasSuffix(directory, "tmp") {
			options = "mode=1777"
		}
		err := unix.Mount("tmpfs", directory, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, options)
		if err != nil && err != unix.ENOENT {
			return fmt.Errorf("mount %s: %w", directory, err)
		}
	}
	return nil
}

// limitRights does what DynamicUser, CapabilityBoundingSet, AmbientCapabilities, and
// NoNewPrivileges do.
func (c *confinement) limitRights() error {
	var kept [2]unix.CapUserData
	for _, number := range c.Capabilities {
		bit := uint32(1) << (number % 32)
		kept[number/32].Permitted |= bit
		kept[number/32].Effective |= bit
		kept[number/32].Inheritable |= bit
	}
	for number := 0; ; number++ {
		if kept[number/32].Permitted>>(number%32)&1 != 0 {
			continue
		}
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(number), 0, 0, 0); err != nil {
			break // there are no more
		}
	}
	if err := unix.Prctl(unix.PR_SET_KEEPCAPS, 1, 0, 0, 0); err != nil {
		return err
	}
	for _, call := range [][4]uintptr{
		{unix.SYS_SETGROUPS}, {unix.SYS_SETRESGID, user, user, user},
		{unix.SYS_SETRESUID, user, user, user},
	} {
		if _, _, e := unix.RawSyscall(call[0], call[1], call[2], call[3]); e != 0 {
			return fmt.Errorf("become another user: %w", e)
		}
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	if err := unix.Capset(&header, &kept[0]); err != nil {
		return os.NewSyscallError("capset", err)
	}
	for _, number := range c.Capabilities {
		if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, uintptr(number), 0,
			0); err != nil {
			return os.NewSyscallError("prctl", err)
		}
	}
	return unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
}
