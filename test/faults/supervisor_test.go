//go:build linux && (amd64 || arm64)

package faults

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// A supervisor decides which system calls of a program fail, by seccomp's notifications: see
// seccomp_unotify(2). It is asked about the calls of the thread that loads, while that thread loads
// or unloads.
type supervisor struct {
	mu     sync.Mutex
	decide func(call) syscall.Errno // 0 lets the kernel do the call
	thread uint32                   // the one that loads or unloads; 0 if none does
}

// notification is struct seccomp_notif.
type notification struct {
	id         uint64
	thread     uint32
	flags      uint32
	number     int32
	arch       uint32
	ip         uint64
	parameters [6]uint64
}

// response is struct seccomp_notif_resp.
type response struct {
	id    uint64
	value int64
	errno int32
	flags uint32
}

// supervise starts the program under a supervisor.
func (s start) supervise(t *testing.T) *program {
	t.Helper()
	// With a filter that is nowhere, the kernel says what it thinks of the flags.
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, supervising, 0)
	if errno != unix.EFAULT {
		testenv.Lacks(t, fmt.Errorf("seccomp's notifications (Linux 5.19): %w", errno))
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	theirs := os.NewFile(uintptr(pair[1]), "socket")
	defer theirs.Close()
	cmd := supervised(s.command(t), theirs)
	host := new(supervisor)
	done := make(chan error, 1)
	t.Cleanup(func() { // when the program has ended
		if err := <-done; err != nil {
			t.Errorf("supervise: %v", err)
		}
	})
	go func() { done <- host.run(pair[0]) }()
	p := s.begin(t, cmd)
	p.supervisor = host
	return p
}

// under has do meet the faults that decide makes, nil for none.
func (s *supervisor) under(decide func(call) syscall.Errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.decide = decide
}

// run receives the listener from the launcher, and answers until the program has ended.
func (s *supervisor) run(socket int) error {
	listener, err := receive(socket)
	if err != nil {
		return err
	}
	defer unix.Close(listener)
	// Wake who is answered on this processor (Linux 6.6), which takes half the time.
	_, _, _ = unix.Syscall(unix.SYS_IOCTL, uintptr(listener), unix.SECCOMP_IOCTL_NOTIF_SET_FLAGS,
		unix.SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
	for {
		ready := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil {
			return os.NewSyscallError("poll", err)
		}
		if ready[0].Revents&unix.POLLIN == 0 {
			return nil // no process has the filter any more
		}
		if err := s.answerOne(listener); err != nil {
			return err
		}
	}
}

func (s *supervisor) answerOne(listener int) error {
	var n notification
	if err := ioctl(listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n)); err != nil {
		if errors.Is(err, unix.ENOENT) {
			return nil // a signal took the call back
		}
		return fmt.Errorf("receive: %w", err)
	}
	r := response{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
	if errno := s.answer(n); errno != 0 {
		r.flags, r.errno = 0, -int32(errno)
	}
	err := ioctl(listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r))
	if err != nil && !errors.Is(err, unix.ENOENT) { // the process was killed
		return fmt.Errorf("answer: %w", err)
	}
	return nil
}

// answer is about the one thread that makes the two calls at the beginning and the end.
func (s *supervisor) answer(n notification) syscall.Errno {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := call{thread: int(n.thread), number: int(n.number), parameters: n.parameters}
	switch {
	case c.number == unix.SYS_GETSID:
		s.thread = n.thread
	case c.number == unix.SYS_GETPGID:
		s.thread = 0
	case s.thread == n.thread && s.decide != nil:
		return s.decide(c)
	}
	return 0
}

func ioctl(fd int, request uint, argument unsafe.Pointer) error {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(argument))
	if errno != 0 {
		return errno
	}
	return nil
}

// receive receives one descriptor.
func receive(socket int) (int, error) {
	defer unix.Close(socket)
	control := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(socket, make([]byte, 1), control, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return -1, os.NewSyscallError("recvmsg", err)
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil || len(messages) != 1 {
		return -1, fmt.Errorf("the launcher sends no descriptor: %w", err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return -1, err
	}
	return fds[0], nil
}
