//go:build linux

package main

import (
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/sdtnote"
)

// A fileID tells the files apart that the kernel attaches to.
type fileID struct {
	dev, inode   uint64
	size         int64 // this and the times: of files in overlays only
	mtime, ctime unix.Timespec
}

// identify returns the id of the file of an object.
//
// In overlays the kernel attaches to the file below, which containers of one image share, while each of them
// has a device of its own: attaching to each would have every hit seen several times. What stat(2) says
// otherwise is about the file below.
func identify(o *sdtnote.Object) fileID {
	var fs unix.Statfs_t
	var st unix.Stat_t
	if unix.Statfs(o.Path, &fs) != nil || int64(fs.Type) != unix.OVERLAYFS_SUPER_MAGIC || unix.Stat(o.Path, &st) != nil {
		return fileID{dev: o.Dev, inode: o.Inode}
	}
	return fileID{inode: st.Ino, size: st.Size, mtime: st.Mtim, ctime: st.Ctim}
}
