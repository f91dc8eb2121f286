package launch

import (
	"encoding/gob"
	"errors"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Serve carries out the plan that comes from a socket: it prepares, answers, waits for a byte and
// executes the command. It returns when it has failed, and has told so, or when the launch is
// closed. The caller has locked the goroutine to the main thread of the process since its start.
func Serve(socket int) {
	if unix.Gettid() != os.Getpid() {
		panic("not the main thread")
	}
	unix.CloseOnExec(socket)
	file := os.NewFile(uintptr(socket), "launch")
	var plan Plan
	if gob.NewDecoder(file).Decode(&plan) != nil {
		return
	}
	answers := gob.NewEncoder(file)
	op, err := plan.prepare()
	if answers.Encode(newAnswer(op, err)) != nil || err != nil {
		return
	}
	if awaitByte(socket) {
		// #nosec G204 -- what the user has asked for
		err := syscall.Exec(plan.Path, plan.Args, plan.Env)
		_ = answers.Encode(newAnswer("execute", err))
	}
	runtime.KeepAlive(file)
}

func newAnswer(op string, err error) (a answer) {
	if errors.As(err, &a.Errno) {
		a.Op = op
	}
	return a
}

// prepare gives up what the command must not have. A command of root has what root has.
func (p *Plan) prepare() (op string, err error) {
	debug.SetGCPercent(-1) // nor will the runtime start threads while the process waits
	if p.User != nil {
		if op, err := p.User.become(); err != nil {
			return op, err
		}
	}
	if os.Geteuid() == 0 {
		return "", nil
	}
	return dropCapabilities()
}

// dropCapabilities makes sure that execve(2) gives a file none of the capabilities of this process,
// but those that it has itself.
func dropCapabilities() (op string, err error) {
	err = unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
	if err != nil && !errors.Is(err, unix.EINVAL) { // there are none before Linux 4.3
		return "give up the ambient capabilities for", err
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&header, &sets[0]); err != nil {
		return "read the capabilities for", err
	}
	for i := range sets {
		sets[i].Inheritable = 0
	}
	return "give up the inheritable capabilities for", unix.Capset(&header, &sets[0])
}

// awaitByte waits for a byte, and tells whether one has come. To the runtime of Go this is no
// system call: it would start a thread for other goroutines, by the C library in a build with cgo.
func awaitByte(fd int) bool {
	var b [1]byte
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_READ,
			uintptr(fd), uintptr(unsafe.Pointer(&b)), 1) // #nosec G103 -- the kernel gets an address
		if errno != syscall.EINTR {
			return errno == 0 && n == 1
		}
	}
}
