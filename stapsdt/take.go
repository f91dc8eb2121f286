package stapsdt

// Take receives the events that were fired before the call, in the order of [Listener.Events], and
// does not wait for more. While another goroutine goes through Events, Take waits for it. The
// caller owns the slice.
func (l *Listener) Take() []Event {
	l.receiving.Lock()
	defer l.receiving.Unlock()
	events := l.unbatch(nil)
	l.receive()
	return l.unbatch(events)
}

// unbatch appends the batch to events.
func (l *Listener) unbatch(events []Event) []Event {
	for i := range l.batch {
		events = append(events, l.batch[i].event())
	}
	l.batch = nil
	return events
}
