package stapsdthttp

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/go-usdt/usdt/internal/linux"
)

// listenVariable is the environment variable by which the operator asks for a socket.
const listenVariable = "STAPSDT_LISTEN"

// listenAsAsked serves at the socket that the environment names, if it names one. It is the
// operator's only if the program has no more rights than the user who started it.
func listenAsAsked() {
	address := linux.SecureGetenv(listenVariable)
	if address == "" || os.Getuid() != os.Geteuid() || os.Getgid() != os.Getegid() {
		return
	}
	listener, err := listenUnix(address)
	if err != nil {
		log.Printf("stapsdthttp: %s=%s: %v; the program goes on without", listenVariable,
			quote(address), err)
		return
	}
	go func() {
		err := serveUnix(listener)
		log.Printf("stapsdthttp: %s=%s: %v; the program goes on without", listenVariable,
			quote(address), err)
	}()
}

// serveUnix serves until the listener fails.
func serveUnix(listener net.Listener) error {
	server := &http.Server{
		Handler: Handler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10,
	}
	return server.Serve(listener)
}

// listenUnix makes the socket of an address unix:PATH, for its user and root.
func listenUnix(address string) (net.Listener, error) {
	path, isUnix := strings.CutPrefix(address, "unix:")
	if !isUnix || !filepath.IsAbs(path) {
		return nil, errors.New("want unix: and an absolute path, such as unix:/run/shop.sock")
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	config := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(limitMode)
	}}
	listener, err := config.Listen(context.Background(), "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return peerListener{listener.(*net.UnixListener)}, nil
}

// removeStale removes the socket that a program has left that is gone. Two programs that start at
// the same moment may both find that nobody answers; the first then listens at a socket without a
// name.
func removeStale(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSocket == 0:
		return fmt.Errorf("%s is there and is no socket; name another path", path)
	case !isOurs(info):
		return fmt.Errorf("%s is the socket of another user; name another path", path)
	}
	connection, err := net.Dial("unix", path)
	if err == nil {
		another := fmt.Errorf("another program listens at %s; name another path", path)
		return errors.Join(another, connection.Close())
	}
	if !isRefused(err) {
		return err
	}
	return os.Remove(path)
}

// peerListener accepts connections of root and of the program's user only.
type peerListener struct{ *net.UnixListener }

func (l peerListener) Accept() (net.Conn, error) {
	for {
		connection, err := l.AcceptUnix()
		if err != nil {
			return nil, err
		}
		if isAllowed(connection) {
			return connection, nil
		}
		_ = connection.Close() // the peer learns no more than that
	}
}
