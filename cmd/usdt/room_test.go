//go:build linux && (amd64 || arm64)

package main

import (
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/sdtnote"
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
