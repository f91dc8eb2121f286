package uprobe

import "time"

// The reader polls: events wait in the buffer for at most maxWait, and for minWait while there are
// many. To wake up the reader for each event would cost the traced program more than the event
// itself.
const (
	minWait = time.Millisecond
	maxWait = 20 * time.Millisecond
)

// A poll decides how long to wait for records.
type poll struct {
	wait     time.Duration
	armed    bool // the reader has a deadline that has not passed
	received bool // a record has come since the deadline was set
}

// arm sets a deadline if the reader has none.
func (p *poll) arm(setDeadline func(time.Time)) {
	if p.armed {
		return
	}
	p.wait = min(2*p.wait, maxWait)
	if p.received || p.wait == 0 {
		p.wait = minWait
	}
	p.armed, p.received = true, false
	setDeadline(time.Now().Add(p.wait))
}

// done takes the outcome of one read.
func (p *poll) done(err error) {
	p.armed = err == nil
	p.received = p.received || err == nil
}
