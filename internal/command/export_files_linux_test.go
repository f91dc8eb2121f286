package command

import (
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A file is kept for a while after its last process. Overlays of one file are used together, and
// what was written in place is another file with the same sites.
func TestUsedFiles(t *testing.T) {
	file := func(dev, inode uint64, size int64) process.Object {
		return process.Object{FileID: process.FileID{Dev: dev, Inode: inode, Size: size}}
	}
	one, other, named := file(10, 5, 100), file(11, 5, 100), file(12, 9, 1)
	old, written := file(13, 7, 1), file(13, 7, 2)
	image := process.Object{Name: "/memfd:libstapsdt:shop", FileID: process.FileID{Dev: 1, Inode: 3}}
	u := make(usedFiles)
	u.add(1, []process.Object{one, named, old, image})
	u.add(2, []process.Object{other})
	u.fork(2, 3)
	u.add(4, []process.Object{written})
	if len(u) != 4 {
		t.Errorf("%d files", len(u))
	}
	now := time.Now()
	gone := func() map[process.FileID]bool {
		now = now.Add(keepUnused)
		return u.forget(now, []process.Object{named})
	}
	u.end([]int{1, 2}, now)
	if got := gone(); len(got) != 1 || !got[old.Below()] {
		t.Errorf("%v: want the old content only, with no site", got)
	}
	u.end([]int{3}, now)
	if got := u.forget(now, nil); got[one.Below()] || !got[named.Below()] {
		t.Errorf("%v: want what is not named any more, and nothing that was just left", got)
	}
	u.add(5, []process.Object{one}) // in time
	if got := gone(); len(got) > 0 {
		t.Errorf("%v: it is used again", got)
	}
	u.end([]int{4, 5}, now)
	got := gone()
	for _, o := range []process.Object{one, other, written} {
		if !got[rawID(o)] || !got[o.Below()] {
			t.Errorf("%v: want %v", got, o.FileID)
		}
	}
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
