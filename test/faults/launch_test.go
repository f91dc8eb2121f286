//go:build linux && (amd64 || arm64)

package faults

import (
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// launchEnv has the test program become another program that is supervised.
const launchEnv = "FAULTS_LAUNCH"

// unsupervised are the calls of runtimes and threads, which a load does not ask for, and those that
// cannot fail.
var unsupervised = []uint32{
	unix.SYS_FUTEX, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETTIME,
	unix.SYS_SCHED_YIELD, unix.SYS_RT_SIGRETURN, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGACTION,
	unix.SYS_SIGALTSTACK, unix.SYS_TGKILL, unix.SYS_MADVISE, unix.SYS_EPOLL_PWAIT,
	unix.SYS_RESTART_SYSCALL, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
	unix.SYS_GETTID, unix.SYS_GETPID, unix.SYS_GETUID, unix.SYS_GETEUID,
	unix.SYS_SENDMSG, // which hands the listener over
}

func TestMain(m *testing.M) {
	if os.Getenv(launchEnv) != "" {
		log.Fatal(launch())
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	if binaries, err = os.MkdirTemp("", "faults-"); err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(binaries)
	if err := os.Chmod(binaries, 0o755); err != nil { // other users run the programs, too
		log.Fatal(err)
	}
	status := m.Run()
	if err := report.finish(); err != nil && status == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return status
}

const launchSocket = 3 // the first of exec.Cmd's ExtraFiles

// supervised returns the command that launches cmd.
func supervised(cmd *exec.Cmd, socket *os.File) *exec.Cmd {
	launch := exec.Command(os.Args[0], cmd.Args...)
	launch.Env = append(cmd.Env, launchEnv+"=1")
	launch.ExtraFiles = []*os.File{socket}
	return launch
}

// supervising has flags of seccomp(2). Once a supervisor has received a call, only a deadly signal
// interrupts it: Linux 5.19.
const supervising = unix.SECCOMP_FILTER_FLAG_NEW_LISTENER |
	unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV

// launch puts this thread under a filter, hands the listener over, and becomes the program. Nothing
// is allocated in between: to grow the heap takes a system call, which would wait for the one who
// is to receive the listener.
func launch() error {
	runtime.LockOSThread()
	os.Unsetenv(launchEnv)
	unix.CloseOnExec(launchSocket)
	path, arguments, environment := os.Args[1], os.Args[1:], os.Environ()
	filter := supervisingFilter()
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	rights := unix.UnixRights(0)
	message := unix.Msghdr{
		Iov: &unix.Iovec{Base: new(byte), Len: 1}, Iovlen: 1,
		Control: &rights[0], Controllen: uint64(len(rights)),
	}
	sent := (*int32)(unsafe.Pointer(&rights[unix.CmsgLen(0)]))
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return os.NewSyscallError("prctl", err)
	}
	listener, _, errno := syscall.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		supervising, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return os.NewSyscallError("seccomp", errno)
	}
	*sent = int32(listener)
	_, _, errno = syscall.RawSyscall(unix.SYS_SENDMSG, launchSocket,
		uintptr(unsafe.Pointer(&message)), 0)
	if errno != 0 {
		return os.NewSyscallError("sendmsg", errno)
	}
	return errors.Join(errors.New("exec "+path), unix.Exec(path, arguments, environment))
}

// supervisingFilter asks the supervisor about each call that is not in unsupervised.
func supervisingFilter() []unix.SockFilter {
	const number = 0 // where struct seccomp_data has it
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: number}}
	for _, number := range unsupervised {
		filter = append(filter,
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: number, Jf: 1},
			unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	}
	return append(filter,
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
}
