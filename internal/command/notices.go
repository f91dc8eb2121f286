package command

import (
	"fmt"
	"io"
	"time"
)

// notices tell of processes to which usdt attaches while it traces: of each if there are few, and
// of their number if there are many.
type notices struct {
	stderr io.Writer
	last   time.Time
	first  string // what is to be told of the first process
	more   int    // processes besides
	since  time.Time
	told   int // what was told at once since then
	untold int // what was not, because there was so much
}

// noticeInterval is the least time between two notices.
const noticeInterval = time.Second

// mostNotices is how much is told at once in an interval.
const mostNotices = 20

// now tells something at once, unless there is much to tell.
func (n *notices) now(format string, args ...any) {
	n.begin()
	if n.told++; n.told > mostNotices {
		n.untold++
		return
	}
	warn(n.stderr, format, args...)
}

// attached tells of a process, now or later.
func (n *notices) attached(pid int, comm string, probes int) {
	if n.first != "" {
		n.more++
		return
	}
	n.first = fmt.Sprintf("tracing %s in process %d (%s), too",
		plural(probes, "probe", "probes"), pid, comm)
}

// begin begins another interval when one is over.
func (n *notices) begin() {
	if time.Since(n.since) < noticeInterval {
		return
	}
	if n.untold > 0 {
		warn(n.stderr, "%s left out", plural(n.untold, "more message was", "more messages were"))
	}
	n.since, n.told, n.untold = time.Now(), 0, 0
}

// flush tells what is to be told, unless it has just told something.
func (n *notices) flush() {
	n.begin()
	if time.Since(n.last) >= noticeInterval {
		n.end()
	}
}

// end tells what is left.
func (n *notices) end() {
	switch {
	case n.first == "":
		return
	case n.more == 0:
		warn(n.stderr, "%s", n.first)
	default:
		warn(n.stderr, "%s, and probes in %s", n.first,
			plural(n.more, "more process", "more processes"))
	}
	n.first, n.more, n.last = "", 0, time.Now()
}
