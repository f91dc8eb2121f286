//go:build linux && (amd64 || arm64)

package command

import (
	"errors"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// However many processes fill their shares, the total is bounded, and the last one finds room.
func TestRoom(t *testing.T) {
	const processes = 10_000
	r := newRoom(scope{all: true})
	total := 0
	for i := range processes {
		share := r.share()
		if share < leastShare {
			t.Fatalf("process %d may fill %d, want at least %d", i, share, leastShare)
		}
		r.fill(share)
		total += share
	}
	if most := roomForAll + processes*leastShare; total > most {
		t.Errorf("filled %d, want at most %d", total, most)
	}
}

// What one process has is left out only for the sake of others.
func TestRoomOfOne(t *testing.T) {
	r := newRoom(scope{pids: pidList{7}})
	if r.share() != roomForAll {
		t.Errorf("it may fill %d, want %d", r.share(), roomForAll)
	}
}

func TestRoomOf(t *testing.T) {
	long := sdtnote.Note{Provider: "p", Name: "n", Args: strings.Repeat("x", 1<<20)}
	for _, test := range []struct {
		note sdtnote.Note
		want int
	}{
		{sdtnote.Note{Provider: "shop", Name: "order", Args: "8@%rdi"}, 1},
		{long, 1 + 1<<20/64},
	} {
		if got := roomOf(test.note, nil); got != test.want {
			t.Errorf("%s: %d, want %d", test.note.Name, got, test.want)
		}
	}
}

// objectWith returns an object with a note for each list of arguments.
func objectWith(pid int, args ...string) process.Object {
	o := process.Object{PID: pid, FileID: process.FileID{Dev: 1, Inode: uint64(pid)}}
	for i, a := range args {
		n := sdtnote.Note{Provider: "shop", Name: "order", FileOffset: uint64(i), Args: a}
		o.Notes = append(o.Notes, n)
	}
	return o
}

// What processes have filled is there again when they are gone, be it little or much, and whether
// or not it was selected.
func TestRoomGivenBack(t *testing.T) {
	v := newInventory(scope{pids: pidList{7, 8}})
	s := selection{inventory: v}
	v.add([]process.Object{objectWith(7, "8@%rdi", strings.Repeat("x", 640))})
	s.patterns, _ = parsePatterns([]string{"shop:*"})
	for range 2 { // the second time it is known
		s.extend([]process.Object{objectWith(8, "8@%rdi", strings.Repeat("x", 1280), "")})
	}
	for _, test := range []struct{ gone, want int }{
		{0, roomForAll - 12 - 23}, {9, roomForAll - 12 - 23}, {8, roomForAll - 12}, {7, roomForAll},
	} {
		v.forget(func(s uprobe.Site) bool { return s.PID == test.gone })
		if v.room.left != test.want {
			t.Errorf("process %d gone: room for %d, want %d", test.gone, v.room.left, test.want)
		}
	}
	if len(v.seen)+len(v.filled)+len(v.objects) > 0 {
		t.Errorf("there are still %v, %v, %d objects", v.seen, v.filled, len(v.objects))
	}
}

// A process that comes later and has too many probes is told of, and costs nothing.
func TestRoomLeftOut(t *testing.T) {
	s := selection{inventory: newInventory(scope{pids: pidList{7, 8}})}
	s.patterns, _ = parsePatterns([]string{"shop:*"})
	long := strings.Repeat("x", 64*roomForAll/16)
	probes, matched, refused := s.extend([]process.Object{objectWith(7, "", long)})
	if len(probes)+len(matched) > 0 || len(refused) != 1 ||
		!strings.HasPrefix(refused[0].Error(), "the processes have too many probes: 2 were left out; ") {
		t.Errorf("%d probes, %d objects, %v", len(probes), len(matched), refused)
	}
	if v := s.inventory; v.room.left != roomForAll || len(v.seen) > 0 {
		t.Errorf("room for %d, seen are %v", v.room.left, v.seen)
	}
	if probes, _, _ = s.extend([]process.Object{objectWith(7, "")}); len(probes) != 1 {
		t.Errorf("%d probes, want that for which there is room", len(probes))
	}
}

// A command that waits for probes is read again and again. What could not be read is not told of
// each time.
func TestInventoryCleared(t *testing.T) {
	v := newInventory(scope{})
	for range 2 * mostUnread {
		v.clear()
		v.add([]process.Object{{PID: 7, Err: errors.New("no answer")}, objectWith(7, "")})
	}
	v.endReading(nil)
	if len(v.unread) != 1 || len(v.objects) != 1 || len(v.filled) != 1 {
		t.Errorf("unread are %v, %d objects, %v", v.unread, len(v.objects), v.filled)
	}
}
