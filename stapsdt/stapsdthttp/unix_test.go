//go:build unix

package stapsdthttp

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/stapsdt"
)

const childEnv = "STAPSDTHTTP_CHILD"

// TestChild is, in a child of another test, a program that fires a probe until its input ends. The
// package's init has done what STAPSDT_LISTEN asks for.
func TestChild(t *testing.T) {
	if os.Getenv(childEnv) == "" {
		t.Skip("other tests run this one in a child")
	}
	probe := stapsdt.MustProbe1[int](newProvider(t, "child"), "p", "n")
	fmt.Println("ready")
	buffer := make([]byte, 1)
	for n := 0; ; n++ {
		if _, err := os.Stdin.Read(buffer); err != nil {
			return
		}
		probe.Fire(n)
	}
}

func startChild(t *testing.T, address string) *testenv.Child {
	t.Helper()
	args := testenv.Again("TestChild")
	if emulator := os.Getenv("USDT_TEST_EXEC"); emulator != "" {
		args = append([]string{emulator}, args...)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), childEnv+"=1", listenVariable+"="+address)
	child := testenv.Start(t, cmd)
	for child.Next(t) != "ready" { // after lines of package testing
		continue
	}
	return child
}

// clientOf returns a client of the socket at a path.
func clientOf(path string) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}
}

// shortDir returns a directory whose name leaves room for a socket: sun_path has some 100 bytes.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// TestListenVariable: the socket is only the user's, answers as the handler does, and takes the
// place of one that a dead program has left.
func TestListenVariable(t *testing.T) {
	path := filepath.Join(shortDir(t), "s")
	previous := syscall.Umask(0)
	defer syscall.Umask(previous)
	for _, end := range []func(child *testenv.Child){
		(*testenv.Child).Kill,
		func(child *testenv.Child) { child.End(t) }, // it has found the socket of the first
	} {
		child := startChild(t, "unix:"+path)
		info, err := os.Lstat(path)
		if err != nil || info.Mode() != os.ModeSocket|0o600 {
			t.Fatalf("%v, %v", info, err)
		}
		response, err := clientOf(path).Get("http://any.name/trace?probe=child:p&limit=1")
		if err != nil || response.StatusCode != http.StatusForbidden {
			t.Fatal("a name that may lead anywhere: ", response, err)
		}
		response.Body.Close()
		response, err = clientOf(path).Get("http://localhost/trace?probe=child:p&limit=1")
		if err != nil {
			t.Fatal(err)
		}
		child.Tell(t, "")
		buffer := make([]byte, 4096)
		n, err := response.Body.Read(buffer)
		line := string(buffer[:n])
		if !strings.Contains(line, fmt.Sprintf(`"pid":%d`, child.PID())) ||
			!strings.Contains(line, `"fields":{"n":0}`) {
			t.Errorf("%s, %v", line, err)
		}
		response.Body.Close()
		end(child)
	}
}

// TestListenVariableRefuses: where there is no place for a socket, the program says so and goes on.
func TestListenVariableRefuses(t *testing.T) {
	dir := shortDir(t)
	used, file := filepath.Join(dir, "used"), filepath.Join(dir, "file")
	other, err := net.Listen("unix", used)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := os.WriteFile(file, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"unix:" + used:                      "another program listens at",
		"unix:" + file:                      "is no socket",
		"unix:relative":                     "want unix: and an absolute path",
		"unix:@abstract":                    "want unix: and an absolute path",
		"tcp:127.0.0.1:80":                  "want unix: and an absolute path",
		"unix:" + dir + "/nowhere/s":        "no such file or directory",
		"unix:/" + strings.Repeat("x", 200): "invalid argument",
	} {
		child := startChild(t, address)
		child.Tell(t, "")
		child.End(t)
		got := child.Errors()
		if !strings.Contains(got, want) || !strings.Contains(got, "goes on without") {
			t.Errorf("%s: the program says %q, want %q", address, got, want)
		}
	}
	if content, err := os.ReadFile(file); err != nil || string(content) != "content" {
		t.Errorf("the file is changed: %q, %v", content, err)
	}
	if connection, err := net.Dial("unix", used); err != nil {
		t.Errorf("the socket of the other program is gone: %v", err)
	} else {
		connection.Close()
	}
}

// TestForeignSocket: the stale socket of another user stays.
func TestForeignSocket(t *testing.T) {
	if os.Getuid() != 0 {
		testenv.Lacks(t, fmt.Errorf("root, to make a file of another user"))
	}
	path := filepath.Join(shortDir(t), "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false)
	l.Close()
	if err := os.Chown(path, 12345, 12345); err != nil {
		t.Fatal(err)
	}
	_, err = listenUnix("unix:" + path)
	if err == nil || !strings.Contains(err.Error(), "another user") {
		t.Errorf("error %v", err)
	}
	if _, err := os.Lstat(path); err != nil {
		t.Error(err)
	}
}
