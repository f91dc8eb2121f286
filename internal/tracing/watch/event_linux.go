package watch

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// A Kind is what an event tells of.
type Kind int

// Kinds of events.
const (
	Mapped Kind = iota // a process has mapped a file as code
	Forked             // a process has begun
	Exited             // the main thread of a process has ended, and mostly the process
	Lost               // there was no room for other events
)

// An Event is what has happened in a process. Ids are those of the pid namespace of this process,
// and 0 for a process that it does not have.
type Event struct {
	Kind   Kind
	PID    int
	Parent int    // of a process that has begun
	File   FileID // that was mapped
}

// A FileID tells files apart, also of those that have had the same inode one after the other.
type FileID struct {
	Major, Minor      uint32
	Inode, Generation uint64
}

const headerSize = 8

// A mapping record has its file after its process, address, length and offset.
const (
	mappedFile = headerSize + 4 + 4 + 8 + 8 + 8
	mappedPath = mappedFile + 4 + 4 + 8 + 8 + 4 + 4
)

// parse returns the event of a record: perf_event_open(2), "MMAP layout".
func parse(record []byte) (e Event, ok bool) {
	n := binary.NativeEndian
	kind := n.Uint32(record)
	if kind == unix.PERF_RECORD_LOST {
		return Event{Kind: Lost}, true
	}
	if len(record) < headerSize+16 {
		return e, false
	}
	pid := n.Uint32(record[headerSize:])
	switch e.PID = int(pid); kind {
	case unix.PERF_RECORD_MMAP2:
		// What has no file, such as the vDSO, has no inode.
		if len(record) <= mappedPath || bytes.HasPrefix(record[mappedPath:], []byte("//anon")) {
			return e, false
		}
		e.Kind = Mapped
		e.File = FileID{
			Major: n.Uint32(record[mappedFile:]), Minor: n.Uint32(record[mappedFile+4:]),
			Inode: n.Uint64(record[mappedFile+8:]), Generation: n.Uint64(record[mappedFile+16:]),
		}
		return e, e.File.Inode != 0
	case unix.PERF_RECORD_FORK, unix.PERF_RECORD_EXIT:
		e.Parent = int(n.Uint32(record[headerSize+4:]))
		if thread := n.Uint32(record[headerSize+8:]); thread != pid {
			return e, false
		}
		e.Kind = Forked
		if kind == unix.PERF_RECORD_EXIT {
			e.Kind = Exited
		}
		return e, true
	}
	return e, false
}
