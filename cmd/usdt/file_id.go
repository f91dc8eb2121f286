//go:build linux

package main

import (
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/process"
)

// A fileID tells apart the files that the kernel attaches to.
type fileID struct {
	dev, inode   uint64
	size         int64 // of a file in an overlay, size and times take the place of the device
	mtime, ctime unix.Timespec
}

// identify returns the ids of the objects' files.
//
// In an overlay the kernel attaches to the file below it. Containers of one image share that file,
// which may also be mapped from where it is, but each container shows it with a device of its own.
// To attach to each of them would show every hit several times. All else that stat(2) returns is
// about the file below.
func identify(objects []process.Object) []fileID {
	ids := make([]fileID, len(objects))
	overlaid := make(map[fileID]bool)
	for i, o := range objects {
		ids[i] = below(o.Path)
		if isOverlay(o.Path) {
			overlaid[ids[i]] = true
		}
	}
	for i, o := range objects {
		if !overlaid[ids[i]] {
			ids[i] = fileID{dev: o.Dev, inode: o.Inode}
		}
	}
	return ids
}

func isOverlay(path string) bool {
	var fs unix.Statfs_t
	return unix.Statfs(path, &fs) == nil && int64(fs.Type) == unix.OVERLAYFS_SUPER_MAGIC
}

// below returns the id of a file that is in an overlay, or below one. With the option xino, an
// overlay tells file systems apart by the highest bits of the inode number.
func below(path string) fileID {
	var st unix.Stat_t
	if unix.Stat(path, &st) != nil {
		return fileID{}
	}
	return fileID{inode: st.Ino & (1<<48 - 1), size: st.Size, mtime: st.Mtim, ctime: st.Ctim}
}
