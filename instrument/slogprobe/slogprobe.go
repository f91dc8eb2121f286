// Package slogprobe shows the log of a program to tracers: its handler fires the probe slog:record
// for each record, and passes the record on to another handler.
//
//	slog.SetDefault(slog.New(slogprobe.New(slog.NewJSONHandler(os.Stderr, nil))))
//
// While somebody traces slog:record, records of all levels are enabled and reach the probe; so the
// debug records of a live process can be read without a restart. The other handler still gets those
// of its own levels only: nothing more is written.
//
//	$ usdt trace -p 3583 slog:record --where 'level < 0'
//	... slog:record level=-4 message="found" attrs="customer=Ada cents=390" source="/order.go:42"
//
// # The probe
//
// The arguments of slog:record are
//
//   - level, the number of the slog.Level: -4 for debug, 0 for info, 4 for warn, 8 for error;
//   - message;
//   - attrs, the attributes of the record and of its logger, as [slog.TextHandler] writes them:
//     those of a group have its name before their own, with a dot between;
//   - source, the file and line that logged, or "" if the record does not have them.
//
// At most [stapsdt.MaxText] bytes of each text are passed. The record's time is not: tracers know
// when the probe was fired.
//
// # Performance considerations
//
// While nobody traces, a record that the other handler suppresses costs a comparison and an
// indirect call more than without this package, and nothing is allocated. Logger.With makes a copy
// of the attributes. They are rendered only while somebody traces, with each record anew.
//
// Ask Logger.Enabled before work that is for the log only: it is true while somebody traces.
package slogprobe

import (
	"context"
	"log/slog"
	"slices"

	"github.com/go-usdt/usdt/stapsdt"
)

var (
	provider = stapsdt.MustProvider("slog")

	record = stapsdt.MustProbe4[slog.Level, string, string, string](provider,
		"record", "level", "message", "attrs", "source").Describe("Something is logged.")
)

// A Handler fires slog:record and passes records on. Any number of goroutines may use it, if they
// may use the other handler.
type Handler struct {
	next slog.Handler

	// What WithAttrs or WithGroup has added to the handler outer, which is nil in that of New.
	outer *Handler
	attrs []slog.Attr
	group string
}

// New returns a handler that passes records on to next.
//
// It panics if next is nil. Do not give it slog.Default().Handler() to make the result the default:
// that handler writes to package log, which [slog.SetDefault] connects to the new default, so the
// first record would wait for ever.
func New(next slog.Handler) *Handler {
	if next == nil {
		panic("slogprobe: New of a nil handler; use slog.DiscardHandler to log for tracers only")
	}
	return &Handler{next: next}
}

// Enabled reports whether somebody traces the probe, or the other handler wants the level.
func (h *Handler) Enabled(ctx context.Context, level slog.Level) bool {
	return record.Enabled() || h.next.Enabled(ctx, level)
}

// Handle fires the probe and, if the other handler wants the level, passes the record on. The error
// is that of the other handler.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	if record.Enabled() {
		h.fire(r)
	}
	if !h.next.Enabled(ctx, r.Level) {
		return nil
	}
	return h.next.Handle(ctx, r)
}

// WithAttrs returns a handler whose records have these attributes, too.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(attrs) == 0 {
		return h
	}
	own := slices.Clone(attrs) // the other handler may modify its own
	return &Handler{next: h.next.WithAttrs(attrs), outer: h, attrs: own}
}

// WithGroup returns a handler for which the attributes that follow are in a group.
func (h *Handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	return &Handler{next: h.next.WithGroup(name), outer: h, group: name}
}
