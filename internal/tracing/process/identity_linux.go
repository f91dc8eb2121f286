package process

import "golang.org/x/sys/unix"

// A FileID tells files apart, as stat(2) does. Size and times change when the file is written, or
// another file gets its inode.
type FileID struct {
	Dev, Inode   uint64
	Size         int64
	Mtime, Ctime unix.Timespec
}

// idOf returns the id of the file that stat(2) is about.
func idOf(st *unix.Stat_t) FileID {
	return FileID{uint64(st.Dev), st.Ino, st.Size, st.Mtim, st.Ctim}
}

// isSame reports whether two ids are of one file, which may have been written in between.
func (id FileID) isSame(other FileID) bool {
	return id.Dev == other.Dev && id.Inode == other.Inode
}

// Identify returns an id for each of the objects, the same one for those that are one file to the
// kernel when it attaches.
//
// In an overlay the kernel attaches to the file below it. Containers of one image share that file,
// which may also be mapped from where it is, but each container shows it with a device of its own.
// To attach to each of them would show every hit several times. All else that stat(2) returns is
// about the file below.
func Identify(objects []Object) []FileID {
	ids := make([]FileID, len(objects))
	overlaid := make(map[FileID]bool)
	for i, o := range objects {
		ids[i] = o.Below()
		if o.Overlaid {
			overlaid[ids[i]] = true
		}
	}
	for i, o := range objects {
		if !overlaid[ids[i]] {
			ids[i] = FileID{Dev: o.Dev, Inode: o.Inode}
		}
	}
	return ids
}

// Below returns the id of a file that is in an overlay, or below one, without its device. With the
// option xino, an overlay tells file systems apart by the highest bits of the inode number.
func (id FileID) Below() FileID {
	id.Dev = 0
	id.Inode &= 1<<48 - 1
	return id
}
