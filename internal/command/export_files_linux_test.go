//go:build amd64 || arm64

package command

import (
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// fileObject returns an object of a file.
func fileObject(dev, inode uint64, size int64) process.Object {
	return process.Object{FileID: process.FileID{Dev: dev, Inode: inode, Size: size}}
}

// A file is kept for a while after its last process. Overlays of one file are used together, and
// what was written in place is another file with the same sites.
func TestUsedFiles(t *testing.T) {
	one, other, named := fileObject(10, 5, 100), fileObject(11, 5, 100), fileObject(12, 9, 1)
	old, written := fileObject(13, 7, 1), fileObject(13, 7, 2)
	image := process.Object{Name: "/memfd:libstapsdt:shop", FileID: process.FileID{Dev: 1, Inode: 3}}
	u, now := make(usedFiles), time.Now()
	u.set(1, []process.Object{one, named, old, image}, now)
	u.set(2, []process.Object{other}, now)
	u.fork(2, 3)
	u.set(4, []process.Object{written}, now)
	if len(u) != 4 {
		t.Errorf("%d files", len(u))
	}
	u.end(1, now)
	u.set(2, nil, now) // it has executed another file
	check := func(named []process.Object, want ...process.Object) {
		t.Helper()
		if u.hasOver(now, named) || len(u.forgetOver(now, named)) > 0 {
			t.Error("a file is over at once")
		}
		now = now.Add(keepUnused)
		left := len(u)
		got := u.forgetOver(now, named)
		if len(got) != len(want) {
			t.Errorf("%d of %d files are over: %v, want %d", left-len(u), left, got, len(want))
		}
		for _, o := range want {
			if !got[deviceAndInode(o)] {
				t.Errorf("%v are over, want %v", got, o.FileID)
			}
		}
	}
	check([]process.Object{named}) // of the old file, the sites are those of the written one
	u.end(3, now)
	check([]process.Object{named}, one, other)
	u.set(5, []process.Object{named}, now) // in time
	check(nil)
	u.end(4, now)
	u.end(5, now)
	check(nil, named, written)
	if len(u) > 0 {
		t.Errorf("there are still %v", u)
	}
}

// What files have filled is there again when they are forgotten, and their sites are new again.
func TestForgetFiles(t *testing.T) {
	v := newInventory(scope{all: true})
	s := selection{inventory: v}
	s.patterns, _ = parsePatterns([]string{"shop:*"})
	for range 2 {
		probes, _, _ := s.extend([]process.Object{objectWith(8, "8@%rdi"), objectWith(9, "8@%rdi")})
		if len(probes) != 1 || len(probes[0].Sites) != 2 {
			t.Errorf("%v, want a probe with two sites", probes)
		}
		v.forget(func(s uprobe.Site) bool { return s.PID == 8 }) // which is not why
		v.forgetFiles(map[process.FileID]bool{{Dev: 1, Inode: 8}: true})
		if len(v.seen) != 1 || len(v.filled) != 1 || len(v.objects) != 1 {
			t.Errorf("there are %v, %v, %d objects", v.seen, v.filled, len(v.objects))
		}
		v.forgetFiles(map[process.FileID]bool{{Dev: 1, Inode: 9}: true})
	}
	if v.room.left != roomForAll {
		t.Errorf("room for %d", v.room.left)
	}
}
