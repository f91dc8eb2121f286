//go:build linux

package command

import (
	"github.com/go-usdt/usdt/internal/sdtnote"
	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// A room bounds what many processes can make usdt keep or write. A process can fill no more than a
// sixteenth of what is left, so that those which come first leave room for the others. A few probes
// always find room.
type room struct {
	left int  // below 0 if processes have filled the least share when nothing was left
	one  bool // there is one process, which can fill everything
}

// newRoom returns the room for the processes of a scope.
func newRoom(s scope) room { return room{roomForAll, !s.isMany()} }

// roomForAll is about the number of the probes for which there is room. A probe with long texts
// counts as several.
const roomForAll = 1 << 20

// leastShare is what a process can always fill.
const leastShare = 256

// share returns how much one process can fill.
func (r *room) share() int {
	if r.one {
		return r.left
	}
	return max(r.left/16, leastShare)
}

// fill takes what a process has filled. A negative size gives it back.
func (r *room) fill(size int) { r.left -= size }

// roomOf returns how much room a probe takes.
func roomOf(n sdtnote.Note, inFile signature.Set) int {
	const unit = 64 // bytes of text
	size := len(n.Provider) + len(n.Name) + len(n.Args)
	if s := inFile.Find(n.Provider, n.Name); s != nil {
		size += s.Size()
	}
	return 1 + size/unit
}
