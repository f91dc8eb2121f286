package otlp

import (
	"log/slog"
	"sync/atomic"

	"github.com/go-usdt/usdt/internal/export/front"
)

// A signal is a kind of what OTLP carries, in the word that metrics and the log have for it.
type signal string

const (
	metrics signal = "metrics"
	traces  signal = "traces"
	logs    signal = "logs"
)

// A tally counts what becomes of the items of a signal: spans, records or points of metrics.
type tally struct {
	signal             signal
	log                *slog.Logger
	sent, failed, lost atomic.Uint64

	// What the worker has told: that the last export has failed, and how many were lost by then.
	down     bool
	toldLost uint64
}

// exported counts n items after an export.
func (t *tally) exported(n int, err error) {
	refused, partial := rejected(err)
	switch {
	case err == nil:
		refused = 0
	case partial:
		refused = max(0, min(refused, n))
	default:
		refused = n
	}
	t.sent.Add(uint64(n - refused)) // #nosec G115 -- at most n are refused
	t.failed.Add(uint64(refused))
	if partial && refused == 0 {
		err = nil // a warning only
	}
	t.tell(err)
}

// tell has the log say when a receiver begins to take less than there is, and when it takes
// everything again. In between, the counters say how it goes on.
func (t *tally) tell(err error) {
	lost := t.lost.Load()
	down := err != nil || lost > t.toldLost
	switch {
	case err != nil && !t.down:
		t.log.Warn("the receiver of OTLP does not take everything; what it does not take is lost",
			"signal", t.signal, "err", err)
	case down && !t.down:
		t.log.Warn("more comes than the receiver of OTLP takes; what finds no room is lost",
			"signal", t.signal, "lost", lost)
	case !down && t.down:
		t.log.Info("the receiver of OTLP takes everything again", "signal", t.signal,
			"failed", t.failed.Load(), "lost", lost)
	}
	t.down, t.toldLost = down, lost
}

// Families returns counters of all signals that are sent.
func (s *sink) Families() []front.Family {
	count := func(name, help string, of func(*tally) uint64) front.Family {
		f := front.Family{Name: name, Help: help, Kind: front.Counter, Labels: []string{"signal"}}
		for _, t := range s.tallies {
			f.Points = append(f.Points, front.Point{Labels: []string{string(t.signal)},
				Start: s.start, Value: float64(of(t))})
		}
		return f
	}
	if len(s.tallies) == 0 {
		return nil
	}
	return []front.Family{
		count("usdt_export_otlp_sent", "Spans, log records and points of metrics "+
			"that a receiver of OTLP has taken.", func(t *tally) uint64 { return t.sent.Load() }),
		count("usdt_export_otlp_failed", "Spans, log records and points of metrics "+
			"that a receiver of OTLP has not taken.", func(t *tally) uint64 { return t.failed.Load() }),
		count("usdt_export_otlp_lost", "Spans and log records for which there was no room "+
			"while they waited for a receiver of OTLP.",
			func(t *tally) uint64 { return t.lost.Load() }),
	}
}
