package command

import (
	"time"

	"github.com/go-usdt/usdt/internal/export/front"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// exemplify has the kernel send each pair, if the configuration says where a hit has its trace.
// That costs what a span costs.
func (m *exportedMetric) exemplify(o *uprobe.PairOptions) (err error) {
	if m.config.Traceparent == "" {
		return nil
	}
	o.Slower = time.Nanosecond
	m.fields, err = newPairFields(&m.pair, o, []string{m.config.Traceparent})
	return err
}

// receiveExemplars keeps of each series the last pair that is of a trace.
func (m *exportedMetric) receiveExemplars(l *uprobe.Latency) {
	if m.config.Traceparent == "" {
		return
	}
	var pair uprobe.SlowPair
	labels := m.fit.labels
	m.exemplars.begin(l, func() error {
		err := l.Next(&pair)
		if err == nil {
			m.keepExemplar(&pair, labels)
		}
		return err
	}, l.Unsent, func(error) {}) // without them, the metric is right, too
}

func (m *exportedMetric) keepExemplar(pair *uprobe.SlowPair, l exportLabels) {
	f, args := m.fields.side(pair, 0) // the only name
	trace, span, isUnsampled := f.traceparent(args)
	key, ok := m.fields.key(pair, l.by)
	if trace == "" || isUnsampled || !ok {
		return
	}
	values, _ := l.values(key, "")
	m.metric.Exemplify(values, front.Exemplar{
		TraceID: trace, SpanID: span, Value: pair.Took.Seconds(), Time: pair.End.Time,
	})
}
