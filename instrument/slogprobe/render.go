package slogprobe

import (
	"bytes"
	"context"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-usdt/usdt/stapsdt"
)

func (h *Handler) fire(r slog.Record) {
	record.Fire(r.Level, r.Message, h.render(r), source(r))
}

// source returns where the record comes from.
func source(r slog.Record) string {
	s := r.Source()
	if s == nil || s.File == "" {
		return ""
	}
	return s.File + ":" + strconv.Itoa(s.Line)
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// written is what a slog.TextHandler writes of a record that has neither time, level, message nor
// attributes.
const written = `level=INFO msg=""`

// render returns all attributes. A slog.TextHandler writes them, so that values are rendered, and
// their panics caught, as everywhere else.
func (h *Handler) render(r slog.Record) string {
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	text := h.addTo(slog.NewTextHandler(b, nil))
	r.Time, r.Level, r.Message, r.PC = time.Time{}, 0, "", 0
	_ = text.Handle(context.Background(), r) // a buffer takes everything
	attrs := strings.TrimSuffix(strings.TrimPrefix(b.String(), written), "\n")
	if b.Cap() <= stapsdt.MaxText {
		buffers.Put(b)
	}
	return strings.TrimPrefix(attrs, " ")
}

// addTo adds to a handler what was added to this one, in the same order.
func (h *Handler) addTo(to slog.Handler) slog.Handler {
	switch {
	case h.outer == nil:
		return to
	case h.group != "":
		return h.outer.addTo(to).WithGroup(h.group)
	}
	return h.outer.addTo(to).WithAttrs(h.attrs)
}
