// Package config is the configuration of usdt export: a file of YAML that says which probes of
// which processes become which metrics, spans and log records.
//
// Reading is strict. Whatever the file says that has no meaning is an error with its line, and all
// errors are told at once.
package config

import (
	"time"

	"github.com/go-usdt/usdt/internal/tracing/filter"
)

// A Config is what a file says, with what holds where it says nothing.
type Config struct {
	Listen    string // the address for HTTP; empty: do not serve
	Pprof     bool
	OTLP      OTLP
	MaxSeries int      // of each metric, unless it has its own
	Types     []string // files with descriptions of probes, as of --types
	Metrics   []Metric
	Spans     []Span
	Logs      []Log
}

// WastesMetrics tells whether there are metrics that go nowhere.
func (c *Config) WastesMetrics() bool {
	return len(c.Metrics) > 0 && c.Listen == "" && !c.OTLP.Metrics
}

// OTLP says what is sent by OTLP.
type OTLP struct {
	Metrics, Traces, Logs bool
	Interval              time.Duration // between two exports of metrics; 0: what the environment says
}

// A Source is where hits come from, which metrics, spans and records have in common.
type Source struct {
	Line  int // of the file, where it begins
	From  From
	Where string      // the filter as it is written; empty for none
	Expr  filter.Expr // the same; nil for none
}

// A From says which processes are meant, as the flags of usdt do: of several kinds each has to
// hold, of several values of a kind one. Without any, all are.
type From struct {
	PIDs                      []int
	Comms, Exes, Files, Users []string
	Services, Containers      []string
	Cgroups, Pods             []string
	Children                  bool
}

// A Pair is two probes, whose hits with the same key belong together.
type Pair struct {
	Base       string // PROVIDER:BASE; empty if both are named
	Start, End string // PROVIDER:PROBE
	Key        string // an argument, tid or goroutine; empty: what usdt latency takes
}

// IsZero tells that there is no pair.
func (p Pair) IsZero() bool { return p == Pair{} }

// A Type says what a metric is.
type Type string

// The types of metrics.
const (
	Counter   Type = "counter"   // how often there were hits
	Sum       Type = "sum"       // of the values of an argument, none of which is negative
	Gauge     Type = "gauge"     // the last value of an argument
	Histogram Type = "histogram" // of the values of an argument, or of the time of pairs
)

// A Metric is hits, or pairs, that become a metric.
type Metric struct {
	Source
	Name        string // empty: from the names of the probe and the value
	Help        string // empty: the description of the probe
	Type        Type
	Probes      []string // patterns PROVIDER:PROBE; none if there is a pair
	Pair        Pair
	Value       string // an argument; empty for a counter and a pair
	Unit        string // of the values, as of usdt hist; empty: what the probe says
	Buckets     Buckets
	Labels      []Label // in their order in the file
	Traceparent string  // of a pair, the argument with the W3C traceparent; empty for none
	MaxSeries   int
}

// Buckets are how the values of a histogram are divided.
type Buckets struct {
	Native bool
	Bounds []float64 // inclusive upper bounds in the unit of the metric, ascending
}

// A Label is a name with what its value is.
type Label struct {
	Name string
	Of   string // an argument, or what every hit has: $pid, $comm, …
}

// What every hit has, for labels.
const (
	OfPID       = "$pid"
	OfComm      = "$comm"      // the name of the thread
	OfProcess   = "$process"   // the name of the file that the process executes
	OfContainer = "$container" // its id, the first 12 digits, or its name
	OfPod       = "$pod"       // NAMESPACE/NAME, or its id
	OfProbe     = "$probe"     // PROVIDER:PROBE
)

// A Span is pairs that become spans.
type Span struct {
	Source
	Name        string // empty: the base of the pair, or the name of the start
	Pair        Pair
	Slower      time.Duration // only those that take so long or longer; 0: all
	Attributes  []string      // arguments of the start, or of the end
	Traceparent string        // the argument with the W3C traceparent; empty for none
}

// A Log is hits that become log records.
type Log struct {
	Source
	Name        string // what the exporter itself calls it; empty: its probes
	Probes      []string
	Severity    string // TRACE, DEBUG, INFO, WARN, ERROR or FATAL
	Body        string // a format, as of usdt trace; empty: all arguments
	Attributes  []string
	Traceparent string
}
