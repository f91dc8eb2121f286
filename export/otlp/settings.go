package otlp

import (
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"github.com/go-usdt/usdt/internal/export/front"
)

// settings are what the configuration and the environment say together.
type settings struct {
	sends     map[signal]bool
	transport map[signal]transport
	spans     batching
	records   batching
	metrics   rounds
	sampler   sampler
	limits    sdktrace.SpanLimits
}

// rounds say when metrics are sent, and what of them.
type rounds struct {
	interval, timeout time.Duration
	exponential       bool            // of the two forms of a histogram that has both
	exemplars         exemplarsChoice // which are sent
}

type exemplarsChoice string

const (
	allExemplars    exemplarsChoice = "always_on"
	noExemplars     exemplarsChoice = "always_off"
	tracedExemplars exemplarsChoice = "trace_based"
)

// readSettings reads the variables of the signals that the configuration asks for. With
// OTEL_SDK_DISABLED, nothing is sent, and no other variable matters.
func readSettings(get func(string) string, wanted front.OTLP) (settings, error) {
	e := &environment{get: get, told: make(map[string]bool)}
	s := settings{sends: make(map[signal]bool)}
	if e.boolean("OTEL_SDK_DISABLED") {
		return s, e.err()
	}
	s.sends[metrics] = wanted.Metrics && e.exporter("OTEL_METRICS_EXPORTER")
	s.sends[traces] = wanted.Traces && e.exporter("OTEL_TRACES_EXPORTER")
	s.sends[logs] = wanted.Logs && e.exporter("OTEL_LOGS_EXPORTER")
	var sent []signal
	for _, of := range []signal{metrics, traces, logs} {
		if s.sends[of] {
			sent = append(sent, of)
		}
	}
	s.transport = e.transports(sent)
	e.refuseFile("OTEL_CONFIG_FILE")
	e.refuseFile("OTEL_EXPERIMENTAL_CONFIG_FILE")
	if s.sends[metrics] {
		s.metrics = e.rounds(wanted.Interval)
	}
	if s.sends[traces] {
		s.spans = e.batching("OTEL_BSP_", 5*time.Second)
		s.sampler, s.limits = e.sampler(), e.spanLimits()
	}
	if s.sends[logs] {
		s.records = e.batching("OTEL_BLRP_", time.Second)
		e.number("OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT", 0, -1) // the SDK obeys these
		e.number("OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT", 0, -1)
	}
	return s, e.err()
}

// sendsAny tells whether any signal is sent.
func (s settings) sendsAny() bool {
	return s.sends[metrics] || s.sends[traces] || s.sends[logs]
}

// tell has the log say how signals are sent, and which are not, against the configuration.
func (s settings) tell(setup front.Setup) {
	tell := func(of signal, wanted bool) {
		switch {
		case s.sends[of]:
			setup.Log.Info("sending by OTLP", "signal", of, "protocol", s.transport[of].String())
		case wanted:
			setup.Log.Warn("not sending by OTLP: OTEL_SDK_DISABLED or OTEL_…_EXPORTER=none is set",
				"signal", of)
		}
	}
	tell(metrics, setup.OTLP.Metrics)
	tell(traces, setup.OTLP.Traces)
	tell(logs, setup.OTLP.Logs)
}

// exporter returns whether a signal is sent.
func (e *environment) exporter(name string) bool {
	return e.exact(name, "otlp", "otlp", "none") == "otlp"
}

// refuseFile refuses a file that would replace all other variables.
func (e *environment) refuseFile(name string) {
	if e.value(name) != "" {
		e.wrong(name, "configuration files of OpenTelemetry are not read; unset it, and use "+
			"the other OTEL_… variables")
	}
}

func (e *environment) rounds(interval time.Duration) rounds {
	r := rounds{
		interval: e.milliseconds("OTEL_METRIC_EXPORT_INTERVAL", time.Minute, 1),
		timeout:  e.milliseconds("OTEL_METRIC_EXPORT_TIMEOUT", 30*time.Second, 1),
		exemplars: exemplarsChoice(e.exact("OTEL_METRICS_EXEMPLAR_FILTER", string(tracedExemplars),
			string(tracedExemplars), string(allExemplars), string(noExemplars))),
	}
	if interval > 0 {
		r.interval = interval
	}
	const exponential = "base2_exponential_bucket_histogram"
	form := e.choice("OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION", "",
		"explicit_bucket_histogram", exponential)
	r.exponential = form == exponential
	const temporality = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE"
	switch e.choice(temporality, "cumulative", "cumulative", "delta", "lowmemory") {
	case "delta", "lowmemory":
		e.wrong(temporality, "totals are sent as they are: unset it, and let a collector's processor "+
			"cumulativetodelta make differences")
	}
	return r
}

func (e *environment) batching(prefix string, delay time.Duration) batching {
	b := batching{
		room:    e.number(prefix+"MAX_QUEUE_SIZE", 2048, 1),
		delay:   e.milliseconds(prefix+"SCHEDULE_DELAY", delay, 0),
		timeout: e.milliseconds(prefix+"EXPORT_TIMEOUT", 30*time.Second, 1),
	}
	b.size = e.number(prefix+"MAX_EXPORT_BATCH_SIZE", min(512, b.room), 1)
	if b.size > b.room {
		e.wrong(prefix+"MAX_EXPORT_BATCH_SIZE", "give it at most "+prefix+"MAX_QUEUE_SIZE")
	}
	return b
}

// spanLimits checks the limits of spans, which the SDK reads. Those of attributes in general are
// for log records, too.
func (e *environment) spanLimits() sdktrace.SpanLimits {
	for _, name := range []string{"OTEL_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
		"OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT"} {
		e.number(name, 0, -1)
	}
	return sdktrace.NewSpanLimits()
}
