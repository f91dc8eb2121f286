package qemu

import (
	"bytes"
	"fmt"
	"os"
)

// An Initramfs is a root file system in a cpio archive of the format newc, which is described in
// the kernel's Documentation/driver-api/early-userspace/buffer-format.rst. The kernel runs its
// /init.
type Initramfs struct {
	cpio   bytes.Buffer
	inodes int
}

// AddDirectory adds a directory. Its parent must be there.
func (r *Initramfs) AddDirectory(name string) { r.add(name, 0o040755, nil) }

// AddProgram adds an executable file.
func (r *Initramfs) AddProgram(name string, content []byte) { r.add(name, 0o100755, content) }

// AddFile adds a file.
func (r *Initramfs) AddFile(name string, content []byte) { r.add(name, 0o100644, content) }

// Write ends the archive and writes it to a file.
func (r *Initramfs) Write(file string) error {
	r.entry(0, "TRAILER!!!", 0, nil)
	return os.WriteFile(file, r.cpio.Bytes(), 0o644)
}

func (r *Initramfs) add(name string, mode uint32, content []byte) {
	r.inodes++
	r.entry(r.inodes, name, mode, content)
}

func (r *Initramfs) entry(inode int, name string, mode uint32, content []byte) {
	const uid, gid, links, mtime, device, checksum = 0, 0, 1, 0, 0, 0
	r.cpio.WriteString("070701")
	for _, field := range []int{inode, int(mode), uid, gid, links, mtime, len(content),
		device, device, device, device, len(name) + 1, checksum} {
		fmt.Fprintf(&r.cpio, "%08x", field)
	}
	r.cpio.WriteString(name + "\x00")
	r.pad()
	r.cpio.Write(content)
	r.pad()
}

func (r *Initramfs) pad() {
	for r.cpio.Len()%4 != 0 {
		r.cpio.WriteByte(0)
	}
}
