//go:build amd64 || arm64

package otlp

import "testing"

// TestLosses has a service fire faster than anybody can send. What does not arrive is in the
// counters, which the receiver gets: all fires are accounted for.
func TestLosses(t *testing.T) {
	p := buildProgram(t)
	r := newReceiver(t, "http/protobuf")
	r.start(t)
	s := startStore(t, p.traced)
	program := p.start(t)
	p.reach(t, r, s)
	const n = 200_000
	s.Fire(t, n, "order", "Ada", 3)
	eventually(t, "all orders are counted", func() bool { return r.orders("Ada") == n })
	program.stop(t) // sends what there is

	handedOn := r.counter("usdt_export_events", "log")
	unread := r.counter("usdt_export_events_lost", "log")
	lost := r.counter("usdt_export_otlp_lost", "logs") + r.counter("usdt_export_otlp_failed", "logs")
	t.Logf("%d received, %d lost before and %d after they were read", r.logs.LogRecordCount(), unread,
		lost)
	if got := r.logs.LogRecordCount() + lost; got != handedOn {
		t.Errorf("%d of %d records were received or lost", got, handedOn)
	}
	ada := recordsWith(r.logs.AllLogs(), "", "order of Ada Error")["3"]
	if ada+lost+unread != n {
		t.Errorf("%d received, %d and %d lost, of %d", ada, unread, lost, n)
	}
}
