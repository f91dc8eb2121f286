package stapsdthttp

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

func TestIsAllowedUser(t *testing.T) {
	for _, test := range []struct {
		peer uint32
		own  int
		want bool
	}{{0, 0, true}, {0, 5, true}, {5, 5, true}, {5, 0, false}, {6, 5, false}, {1<<32 - 1, -1, false}} {
		if got := isAllowedUser(test.peer, test.own); got != test.want {
			t.Errorf("%+v: %t", test, got)
		}
	}
}

// TestPeers: another user is not answered, even if the mode lets him connect.
func TestPeers(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, errors.New("root, to be two users"))
	}
	dir := shortDir(t)
	path := filepath.Join(dir, "s")
	listener, err := listenUnix("unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go serveUnix(listener)
	if err := errors.Join(os.Chmod(dir, 0o755), os.Chmod(path, 0o666)); err != nil {
		t.Fatal(err)
	}
	for user, isAnswered := range map[int]bool{0: true, 12345: false} {
		answer, err := askAs(user, path)
		if got := strings.HasPrefix(answer, "HTTP/1.0 200"); got != isAnswered || !got && answer != "" {
			t.Errorf("user %d gets %q, %v; want an answer: %t", user, answer, err, isAnswered)
		}
	}
	connection, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	closed := connection.(*net.UnixConn)
	closed.Close()
	if isAllowed(closed) {
		t.Error("a connection of nobody is allowed")
	}
}

// askAs returns what a user is answered at a socket. A thread becomes the user, and root again: it
// ends with the goroutine, unless it is the main thread.
func askAs(user int, path string) (answer string, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		const keep = ^uintptr(0)
		become := func(user int) error {
			_, _, errno := syscall.RawSyscall(syscall.SYS_SETRESUID, keep, uintptr(user), keep)
			if errno != 0 {
				return os.NewSyscallError("setresuid", errno)
			}
			return nil
		}
		if err = become(user); err != nil {
			return
		}
		defer func() { err = errors.Join(err, become(0)) }()
		connection, dialed := net.Dial("unix", path)
		if err = dialed; err != nil {
			return
		}
		defer connection.Close()
		if _, err = io.WriteString(connection, "GET /probes HTTP/1.0\r\n\r\n"); err != nil {
			return
		}
		var text []byte
		text, err = io.ReadAll(connection)
		answer = string(text)
	}()
	<-done
	return answer, err
}
