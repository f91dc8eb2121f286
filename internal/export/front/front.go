// Package front is what the exporter's engine, which reads probes, and its fronts, which serve and
// send what was read, say to each other. The fronts are in the module export, because of what they
// depend on.
package front

import (
	"context"
	"log/slog"
	"time"
)

// A Front is a way to serve and send.
type Front interface {
	// Open begins to serve and send. It returns an error if an address cannot be listened to, or if
	// the environment has a wrong OTEL_… variable.
	Open(Setup) (Sink, error)
}

// A Setup is what a front needs.
type Setup struct {
	Version string
	// Listen is the address for HTTP, host:port; empty: do not serve.
	Listen string
	// Profiles serves /debug/pprof/.
	Profiles bool
	// OTLP says what is sent.
	OTLP OTLP
	// Collect reads the totals of now from the kernel. Several goroutines may call it at a time.
	Collect func(context.Context) ([]Family, error)
	// Ready returns nil once everything that was found at the start is traced.
	Ready func() error
	Log   *slog.Logger
}

// OTLP says which signals are sent by OTLP. Where to, and how, is in the standard OTEL_… variables.
type OTLP struct {
	Metrics, Traces, Logs bool
	// Interval is the time between two exports of metrics; 0: what the variables say.
	Interval time.Duration
}

// A Sink takes spans and records. Its methods may be called from several goroutines; Span and
// Record never wait: what finds no room is lost, which the sink counts and exports.
type Sink interface {
	Span(Span)
	Record(Record)
	// Close sends what is there, as far as the context lasts, and ends serving.
	Close(context.Context) error
}

// A Kind is how the points of a family are to be read.
type Kind int

// The kinds of families.
const (
	// Counter is a total that only grows.
	Counter Kind = iota
	// Gauge is a value of now.
	Gauge
	// Histogram has Point.Histogram.
	Histogram
)

// A Family is a metric with all its points.
type Family struct {
	Name   string // as OpenMetrics has it: with the unit, without _total
	Help   string
	Unit   string // of OpenMetrics, such as seconds or bytes; empty for none
	Kind   Kind
	Labels []string
	Points []Point
}

// A Point is one series of a family now.
type Point struct {
	Labels   []string // the values, in the order of Family.Labels
	Resource *Resource
	Start    time.Time // since when Value and Histogram count
	Value    float64   // of a counter and a gauge
	*HistogramValue
	Exemplar *Exemplar
}

// A HistogramValue has buckets in both forms; a family has at least one of them.
type HistogramValue struct {
	Count uint64
	Sum   float64
	// Bounds are the inclusive upper bounds of the classic buckets, ascending, without +Inf, and
	// Counts the hits in each, not cumulative; one more than Bounds, for those above all bounds.
	Bounds []float64
	Counts []uint64
	// Native are exponential buckets, or nil.
	Native *Native
}

// Native are exponential buckets. Bucket i holds values in (base^(i-1), base^i], with base =
// 2^(2^-Scale), as native histograms of Prometheus have them; OTLP's index is one less.
type Native struct {
	Scale    int32
	Zero     uint64 // values whose absolute value is at most ZeroBound
	Bound    float64
	Positive map[int32]uint64
	Negative map[int32]uint64
}

// An Exemplar is one hit among those that a point counts.
type Exemplar struct {
	TraceID, SpanID string // hexadecimal; SpanID may be empty
	Value           float64
	Time            time.Time
}

// A Resource says which process, or group of processes, something comes from: keys are those of
// OpenTelemetry's conventions, such as service.name, process.pid, container.id, k8s.pod.name.
type Resource struct{ Attributes []Attribute } // sorted by key; equal resources share a pointer

// An Attribute is a key with a value: a string, an int64, a uint64, a float64 or a bool.
type Attribute struct {
	Key   string
	Value any
}

// A Span is a pair of a start and an end.
type Span struct {
	Resource   *Resource
	Name       string
	Start, End time.Time
	TraceID    string // hexadecimal, of the traceparent where a probe passed it; empty: a new trace
	ParentID   string
	Unsampled  bool // the traceparent says that nobody keeps the trace
	Attributes []Attribute
}

// A Record is a hit of a probe that becomes a log record.
type Record struct {
	Resource        *Resource
	Time            time.Time
	Event, Body     string // Event is PROVIDER:PROBE
	Severity        string // TRACE, DEBUG, INFO, WARN, ERROR or FATAL; empty: INFO
	TraceID, SpanID string
	Attributes      []Attribute
}
