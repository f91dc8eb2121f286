package command

import (
	"strconv"

	"github.com/go-usdt/usdt/internal/tracing/printable"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// timelineNames writes the names of processes and threads, when they come and when they change. The
// name of a process is that of its main thread or, until there is an event of that, of another one.
type timelineNames struct{ names map[timelineThread]string }

// A timelineThread is a thread or, with tid 0, a process.
type timelineThread struct{ pid, tid uint32 }

// maxTimelineNames bounds what names take. Those that are forgotten are written again.
const maxTimelineNames = 1 << 16

func newTimelineNames() *timelineNames {
	return &timelineNames{make(map[timelineThread]string)}
}

// append appends the names that an event tells.
func (n *timelineNames) append(dst []byte, ev *uprobe.Event) []byte {
	thread := timelineThread{ev.PID, threadOf(ev)}
	if name, known := n.names[thread]; known && name == string(ev.Comm) {
		return dst
	}
	if len(n.names) >= maxTimelineNames {
		clear(n.names)
	}
	process := timelineThread{pid: ev.PID}
	if _, known := n.names[process]; !known || thread.tid == thread.pid {
		n.names[process] = string(ev.Comm)
		dst = appendName(dst, "process_name", thread, ev.Comm)
	}
	n.names[thread] = string(ev.Comm)
	return appendName(dst, "thread_name", thread, ev.Comm)
}

func appendName(dst []byte, what string, t timelineThread, name []byte) []byte {
	dst = append(append(dst, ",\n"+`{"ph":"M","name":"`...), what...)
	dst = strconv.AppendUint(append(dst, `","pid":`...), uint64(t.pid), 10)
	dst = strconv.AppendUint(append(dst, `,"tid":`...), uint64(t.tid), 10)
	return append(printable.AppendJSON(append(dst, `,"args":{"name":`...), name), "}}"...)
}
