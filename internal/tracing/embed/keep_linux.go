package embed

import (
	"bytes"
	"io/fs"
	"os"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// aboutContent are the extended attributes that hold for the content they were given to. Whoever
// wants them gives them anew.
var aboutContent = []string{"security.capability", "security.ima", "security.evm"}

// keep gives f what the file has: owner, mode and extended attributes. Only root can give files
// away; then a program that runs with the rights of its owner must not run with those of another.
func (s *Source) keep(f *os.File) (lost []string, err error) {
	mode, owner := s.info.Mode(), s.info.Sys().(*syscall.Stat_t)
	if err := f.Chown(int(owner.Uid), int(owner.Gid)); err != nil {
		if mode&(fs.ModeSetuid|fs.ModeSetgid) != 0 {
			mode &^= fs.ModeSetuid | fs.ModeSetgid
			lost = append(lost, "set-user-ID and set-group-ID")
		}
		lost = append(lost, "the owner")
	}
	return append(lost, keepAttributes(s.path, f)...), f.Chmod(mode)
}

// keepAttributes copies the extended attributes. File systems that have none say so, and that is
// fine.
func keepAttributes(path string, f *os.File) (lost []string) {
	for _, name := range attributes(path) {
		if slices.Contains(aboutContent, name) || copyAttribute(path, name, f) != nil {
			lost = append(lost, name)
		}
	}
	return lost
}

func copyAttribute(path, name string, to *os.File) error {
	value := make([]byte, 64<<10) // the kernel allows no larger ones
	n, err := unix.Getxattr(path, name, value)
	if err != nil {
		return err
	}
	return unix.Fsetxattr(int(to.Fd()), name, value[:n], 0) // #nosec G115 -- it is a descriptor
}

func attributes(path string) (names []string) {
	list := make([]byte, 64<<10) // the kernel allows no longer ones
	n, err := unix.Listxattr(path, list)
	if err != nil {
		return nil
	}
	for name := range bytes.SplitSeq(bytes.TrimRight(list[:n], "\x00"), []byte{0}) {
		if len(name) > 0 {
			names = append(names, string(name))
		}
	}
	return names
}
