//go:build linux

// Silentfs serves a file system that stops to answer.
//
//	silentfs DIRECTORY FILE
//
// mounts a FUSE file system at the directory, with a file called "file" that has the content of
// FILE, and prints "ready". Then each line of input is the name of an operation, and is answered by
// "ok": from then on that operation is not answered any more, and its name is printed when the
// kernel asks for it. The end of the input, or of the process that started it, ends the file system
// and all that waits for it.
//
//	silentfs FILE
//
// opens a file, prints "ready", waits for a line of input, and executes cat. If the file is one
// whose flush is not answered, that takes for ever: see becomeCat.
//
// It is a program because a process that waits for its own file system cannot be ended.
package main

import (
	"bufio"
	"fmt"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

func main() {
	if len(os.Args) == 2 {
		fail(becomeCat(os.Args[1]))
	}
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: silentfs [DIRECTORY] FILE"))
	}
	content, err := os.ReadFile(os.Args[2])
	if err != nil {
		fail(err)
	}
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil {
		fail(err)
	}
	s, err := mount(os.Args[1], content)
	if err != nil {
		fail(err)
	}
	go func() {
		if err := s.serve(); err != nil {
			fail(err)
		}
	}()
	fmt.Println("ready")
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		op, ok := operations[in.Text()]
		if !ok {
			fail(fmt.Errorf("no operation %q", in.Text()))
		}
		s.silence(op)
		fmt.Println("ok")
	}
	_ = unix.Unmount(os.Args[1], unix.MNT_DETACH) // the end of the process ends the rest
}

func fail(err error) {
	fmt.Println("error:", err)
	os.Exit(1)
}

const (
	rootNode = 1
	fileNode = 2
)

// A server answers the kernel.
type server struct {
	device  int // /dev/fuse
	content []byte

	mu     sync.Mutex
	silent map[opcode]bool
}

func mount(directory string, content []byte) (*server, error) {
	device, err := unix.Open("/dev/fuse", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open /dev/fuse: %w", err)
	}
	options := fmt.Sprintf("fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", device)
	if err := unix.Mount("silentfs", directory, "fuse", unix.MS_NODEV, options); err != nil {
		return nil, fmt.Errorf("mount: %w", err)
	}
	return &server{device: device, content: content, silent: make(map[opcode]bool)}, nil
}

func (s *server) silence(op opcode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent[op] = true
}

func (s *server) isSilent(op opcode) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.silent[op]
}

// serve returns when the file system is not mounted any more.
func (s *server) serve() error {
	request := make([]byte, 1<<20)
	for {
		n, err := unix.Read(s.device, request)
		if err == unix.EINTR || err == unix.ENOENT { // ENOENT: it was interrupted
			continue
		}
		if err == unix.ENODEV {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read request: %w", err)
		}
		var in inHeader
		if err := decode(request[:n], &in); err != nil {
			return err
		}
		switch {
		case in.Opcode.isTold():
		case s.isSilent(in.Opcode):
			fmt.Println(in.Opcode)
		default:
			body, errno := s.answer(in, request[len(encode(in)):n])
			out := outHeader{Error: -int32(errno), Unique: in.Unique}
			out.Length = uint32(len(encode(out)) + len(body))
			_, err := unix.Write(s.device, append(encode(out), body...))
			if err != nil && err != unix.ENOENT {
				return fmt.Errorf("answer: %w", err)
			}
		}
	}
}

func (s *server) answer(in inHeader, body []byte) (answer []byte, errno unix.Errno) {
	switch in.Opcode {
	case opInit:
		return encode(initOut{Major: 7, Minor: 31, MaxWrite: 4096, Granularity: 1}), 0
	case opLookup:
		if string(body) != "file\x00" {
			return nil, unix.ENOENT
		}
		return encode(entryOut{Node: fileNode, Attr: s.attr(fileNode)}), 0
	case opGetattr:
		return encode(attrOut{Attr: s.attr(in.Node)}), 0
	case opOpen:
		return encode(openOut{}), 0
	case opRead:
		var r readIn
		if err := decode(body, &r); err != nil {
			return nil, unix.EINVAL
		}
		size := uint64(len(s.content))
		from := min(r.Offset, size)
		return s.content[from:min(from+uint64(r.Size), size)], 0
	case opStatfs:
		return encode(statfsOut{BlockSize: 4096, NameLength: 255}), 0
	case opRelease, opFlush, opAccess:
		return nil, 0
	}
	return nil, unix.ENOSYS
}

func (s *server) attr(node uint64) attr {
	a := attr{Inode: node, Links: 1, Mode: unix.S_IFREG | 0o755, BlockSize: 4096}
	if node == rootNode {
		a.Mode = unix.S_IFDIR | 0o755
		return a
	}
	a.Size = uint64(len(s.content))
	a.Blocks = (a.Size + 511) / 512
	return a
}
