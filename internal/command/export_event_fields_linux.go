package command

import (
	"slices"

	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/traceparent"
	"github.com/go-usdt/usdt/internal/tracing/operand"
	"github.com/go-usdt/usdt/internal/tracing/signature"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// exportedText is how many bytes of a text become a part of a span or a record.
const exportedText = 1 << 10

// captured is how texts of spans and records are read.
func captured() *captureFlags { return &captureFlags{limit: exportedText} }

// An eventFields knows the arguments of a probe, and which of them the configuration names.
type eventFields struct {
	fields []field
	types  []operand.Arg
	named  []*field // by the index of the name; nil: the probe has no such argument
}

func newEventFields(p uprobe.Probe, captures []uprobe.Capture, names []string) eventFields {
	f := eventFields{fields: fieldsOf(p, captures), types: p.Args()}
	for _, name := range names {
		f.named = append(f.named, f.find(name))
	}
	return f
}

// find returns the field of an argument, which is named or numbered; nil if there is none.
func (f *eventFields) find(name string) *field {
	if name == "" {
		return nil
	}
	parsed, _ := parseArgument(name) // the configuration has been checked
	i := slices.IndexFunc(f.fields, func(one field) bool {
		if parsed.Name != "" {
			return one.label == parsed.Name
		}
		return one.place == parsed.Number
	})
	if i < 0 {
		return nil
	}
	return &f.fields[i]
}

// argumentNames returns the names of arguments in an entry: those of attributes, and at last that
// of the traceparent, which is empty if there is none.
func argumentNames(attributes []string, traceparent string) []string {
	return append(slices.Clone(attributes), traceparent)
}

// attribute returns an argument of an event. It is not ok if it could not be read.
func (f *field) attribute(args []uprobe.Value) (a front.Attribute, ok bool) {
	if f == nil || f.never {
		return a, false
	}
	v, ok := f.value(args)
	if !ok {
		return a, false
	}
	a.Key = collect.Text(f.label)
	switch f.kind {
	case signature.String, signature.Text, signature.Bytes:
		text := collect.Escape(string(v.Data))
		if v.Cut {
			text += "…"
		}
		a.Value = text
	case signature.Bool:
		a.Value = v.Int != 0
	case signature.Float:
		a.Value = f.float(v)
	case signature.Pointer:
		a.Value = string(f.appendText(nil, args))
	case signature.Duration:
		a.Value = int64(v.Int) // #nosec G115 -- the same bits
	default:
		a.Value = v.Int
		if f.signed {
			a.Value = int64(v.Int) // #nosec G115 -- the same bits
		}
	}
	return a, true
}

// traceparent returns what an argument of an event says of its trace; nothing if there is none.
func (f *field) traceparent(args []uprobe.Value) (traceID, parentID string, unsampled bool) {
	if f == nil {
		return "", "", false
	}
	if v, ok := f.value(args); ok && f.kind.IsAddress() {
		p, isValid := traceparent.Parse(string(v.Data))
		return p.TraceID, p.SpanID, isValid && !p.IsSampled
	}
	return "", "", false
}
