package process

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// ServerSocket is the descriptor of the socket by which a server sends descriptors.
const ServerSocket = 3 // the first of exec.Cmd.ExtraFiles

// socketPair returns two connected Unix sockets.
func socketPair() (ours, theirs *os.File, err error) {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	const name = "socket for descriptors"
	return os.NewFile(uintptr(pair[0]), name), os.NewFile(uintptr(pair[1]), name), nil
}

// sendDescriptor sends the descriptor of a file, with a byte that carries it, and closes the file.
func (s *server) sendDescriptor(file *os.File, err error) error {
	if err != nil {
		return err
	}
	defer file.Close()
	rights := unix.UnixRights(int(file.Fd()))
	err = unix.Sendmsg(int(s.descriptors.Fd()), []byte{0}, rights, nil, 0)
	return os.NewSyscallError("sendmsg", err)
}

// receiveFile receives a descriptor that has been sent.
func receiveFile(socket *os.File, name string) (*os.File, error) {
	message, control := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(int(socket.Fd()), message, control, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("recvmsg", err)
	}
	messages, err := unix.ParseSocketControlMessage(control[:n])
	if err != nil {
		return nil, os.NewSyscallError("recvmsg", err)
	}
	if len(messages) == 0 { // recvmsg(2) drops what the process has no room for
		return nil, os.NewSyscallError("recvmsg", unix.EMFILE)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return nil, fmt.Errorf("receive a descriptor: got %d, %w", len(fds), err)
	}
	return os.NewFile(uintptr(fds[0]), name), nil
}
