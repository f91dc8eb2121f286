package uprobe

import "time"

// Events wait in the buffer for at most maxWait, and for minWait while there are many. Waking up the
// reader for each of them instead would cost the traced program more than the event itself.
const (
	minWait = time.Millisecond
	maxWait = 20 * time.Millisecond
)

// A poll says how long to wait for records.
type poll struct {
	wait     time.Duration
	armed    bool // the reader has a deadline that has not passed
	received bool // since the deadline was set
}

// arm sets a deadline where the reader needs one.
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

// done notes the outcome of one read.
func (p *poll) done(err error) {
	p.armed = err == nil
	p.received = p.received || err == nil
}
