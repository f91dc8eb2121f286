package stapsdthttp

import (
	"net"
	"os"
	"syscall"
)

// isAllowed reports whether root or the program's user has made a connection: see SO_PEERCRED of
// unix(7). The mode of the socket's file says the same. But that can be changed, and whoever has
// more capabilities passes it.
func isAllowed(connection *net.UnixConn) bool {
	raw, err := connection.SyscallConn()
	if err != nil {
		return false
	}
	var peer *syscall.Ucred
	failed := raw.Control(func(fd uintptr) {
		// #nosec G115 -- a descriptor
		peer, err = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if failed != nil || err != nil {
		return false
	}
	return isAllowedUser(peer.Uid, os.Geteuid())
}

func isAllowedUser(peer uint32, own int) bool { return peer == 0 || int64(peer) == int64(own) }
