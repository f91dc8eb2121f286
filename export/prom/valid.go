package prom

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/go-usdt/usdt/internal/export/front"
)

// check finds what would make Prometheus drop the whole scrape, and what the registry does not
// find. Names are those that all its versions take: older ones see others changed, and two may
// become one.
func check(f *front.Family) error {
	if !model.LegacyValidation.IsValidMetricName(f.Name) {
		return errors.New("not a name for Prometheus; " +
			"use letters, digits and underscores, and no digit first")
	}
	for i, name := range f.Labels {
		switch {
		case !model.LegacyValidation.IsValidLabelName(name), strings.HasPrefix(name, "__"):
			return fmt.Errorf("%q is not a label for Prometheus; use letters, digits and "+
				"underscores, and no digit or two underscores first", name)
		case name == model.BucketLabel && f.Kind == front.Histogram:
			return fmt.Errorf("the label %q of histograms is taken; use another name", name)
		case slices.Contains(f.Labels[:i], name):
			return fmt.Errorf("two labels are named %q; rename one", name)
		}
	}
	return nil
}

// describe returns what all points of the family have in common. A unit that the name does not end
// with is left out, since OpenMetrics allows none.
func describe(f *front.Family) *prometheus.Desc {
	const total = "_total"
	base := strings.TrimSuffix(f.Name, total)
	var unit []prometheus.DescOpt
	if f.Unit != "" && strings.HasSuffix(base, "_"+f.Unit) {
		unit = append(unit, prometheus.WithUnit(f.Unit))
	}
	name := f.Name
	if f.Kind == front.Counter {
		name = base + total
	}
	help := cmp.Or(valid(f.Help), "A metric of usdt export without a description.")
	return prometheus.V2.NewDesc(name, help, prometheus.UnconstrainedLabels(f.Labels), nil, unit...)
}

func labelPairs(names, values []string) ([]*dto.LabelPair, error) {
	if len(values) != len(names) {
		return nil, fmt.Errorf("%d values for %d labels", len(values), len(names))
	}
	pairs := make([]*dto.LabelPair, len(names))
	for i := range names {
		pairs[i] = labelPair(names[i], values[i])
	}
	slices.SortFunc(pairs, func(a, b *dto.LabelPair) int {
		return cmp.Compare(a.GetName(), b.GetName())
	})
	return pairs, nil
}

func labelPair(name, value string) *dto.LabelPair {
	value = valid(value)
	return &dto.LabelPair{Name: &name, Value: &value}
}

// valid returns a text that is UTF-8, with bytes that are not escaped. So two texts that differ
// stay two series.
func valid(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var escaped strings.Builder
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&escaped, `\x%02x`, text[0])
		} else {
			escaped.WriteString(text[:size])
		}
		text = text[size:]
	}
	return escaped.String()
}

// exemplar returns nil if there is none, or one that OpenMetrics does not allow.
func exemplar(e *front.Exemplar) *dto.Exemplar {
	const trace, span, maxRunes = "trace_id", "span_id", 128
	if e == nil || e.TraceID == "" {
		return nil
	}
	if len(trace)+len(span)+len(e.TraceID)+len(e.SpanID) > maxRunes {
		return nil
	}
	labels := []*dto.LabelPair{labelPair(trace, e.TraceID)}
	if e.SpanID != "" {
		labels = append(labels, labelPair(span, e.SpanID))
	}
	return &dto.Exemplar{Label: labels, Value: &e.Value, Timestamp: timestamp(e.Time)}
}

// timestamp returns nil for no time.
func timestamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
