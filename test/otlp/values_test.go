package otlp

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"github.com/go-usdt/usdt/internal/export/front"
)

const (
	someTrace = "0123456789abcdef0123456789abcdef"
	someSpan  = "0123456789abcdef"
)

var (
	moment = time.Date(2026, 11, 29, 12, 0, 0, 123456789, time.UTC)
	shop   = &front.Resource{Attributes: []front.Attribute{
		{Key: "container.id", Value: "c0ffee"},
		{Key: "process.pid", Value: int64(4711)},
		{Key: "service.name", Value: "shop"},
	}}
	till = &front.Resource{Attributes: []front.Attribute{
		{Key: "process.pid", Value: int64(4712)},
	}}
)

// each runs a test for each way to send.
func each(t *testing.T, test func(*testing.T, *collector)) {
	for _, protocol := range protocols {
		for _, compression := range []string{"none", "gzip"} {
			t.Run(protocol+"/"+compression, func(t *testing.T) {
				r := newReceiver(t, protocol)
				t.Setenv("OTEL_EXPORTER_OTLP_COMPRESSION", compression)
				t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test%2C1")
				t.Setenv("OTEL_SERVICE_NAME", "agent")
				test(t, r)
			})
		}
	}
}

func TestSpans(t *testing.T) {
	each(t, func(t *testing.T, r *collector) {
		r.start(t)
		s := open(t, everything)
		s.Span(front.Span{Resource: shop, Name: "order", Start: moment,
			End: moment.Add(5 * time.Millisecond), TraceID: someTrace, ParentID: someSpan,
			Attributes: []front.Attribute{
				{Key: "customer", Value: "Ada\xff"}, // not UTF-8
				{Key: "id", Value: int64(-1)},
				{Key: "large", Value: uint64(1<<64 - 1)},
				{Key: "new", Value: true},
				{Key: "small", Value: uint64(7)},
				{Key: "weight", Value: 0.5},
			}})
		s.Span(front.Span{Resource: till, Name: "pay", Start: moment, End: moment})
		s.Span(front.Span{Resource: till, Name: "joins", TraceID: someTrace})
		s.close(t)

		got := spansOf(r.traces.AllTraces())
		want := map[string]string{
			"order": fmt.Sprint("map[container.id:c0ffee deployment.environment.name:test,1 ",
				"process.pid:4711 service.name:shop] ",
				"github.com/go-usdt/usdt/export v1.2.3 Internal ", someTrace, " ", someSpan,
				" 12:00:00.123456789 12:00:00.128456789 ",
				"map[customer:Ada\uFFFD id:-1 large:18446744073709551615 new:true small:7 weight:0.5]"),
			"pay": "map[deployment.environment.name:test,1 process.pid:4712 service.name:agent] " +
				"github.com/go-usdt/usdt/export v1.2.3 Internal another  " +
				"12:00:00.123456789 12:00:00.123456789 map[]",
			"joins": "map[deployment.environment.name:test,1 process.pid:4712 service.name:agent] " +
				"github.com/go-usdt/usdt/export v1.2.3 Internal " + someTrace +
				"  00:00:00.000000000 00:00:00.000000000 map[]",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if n := r.traces.AllTraces()[0].ResourceSpans().Len(); n != 2 {
			t.Errorf("the spans of two processes have %d resources", n)
		}
		if sent, failed, lost := s.counts(t, "traces"); sent != 3 || failed+lost != 0 {
			t.Errorf("%d sent, %d failed, %d lost", sent, failed, lost)
		}
	})
}

// spansOf returns all that each span has, by its name.
func spansOf(all []ptrace.Traces) map[string]string {
	found := make(map[string]string)
	ids := make(map[pcommon.SpanID]bool)
	for _, td := range all {
		for _, rs := range td.ResourceSpans().All() {
			for _, ss := range rs.ScopeSpans().All() {
				for _, s := range ss.Spans().All() {
					trace := s.TraceID().String()
					if trace != someTrace && !s.TraceID().IsEmpty() {
						trace = "another"
					}
					if s.SpanID().IsEmpty() || ids[s.SpanID()] {
						trace += " without a span id of its own"
					}
					ids[s.SpanID()] = true
					found[s.Name()] = fmt.Sprint(rs.Resource().Attributes().AsRaw(), " ",
						ss.Scope().Name(), " ", ss.Scope().Version(), " ", s.Kind(), " ", trace, " ",
						s.ParentSpanID(), " ", clock(s.StartTimestamp()), " ",
						clock(s.EndTimestamp()), " ", s.Attributes().AsRaw())
				}
			}
		}
	}
	return found
}

func clock(t pcommon.Timestamp) string { return t.AsTime().Format("15:04:05.000000000") }

func TestRecords(t *testing.T) {
	each(t, func(t *testing.T, r *collector) {
		r.start(t)
		s := open(t, everything)
		begin := time.Now()
		s.Record(front.Record{Resource: shop, Time: moment, Event: "shop:login_failed",
			Body: "login of Ada failed", Severity: "WARN", TraceID: someTrace, SpanID: someSpan,
			Attributes: []front.Attribute{{Key: "user", Value: "Ada"},
				{Key: "tries", Value: int64(3)}}})
		s.Record(front.Record{Resource: till, Time: moment, Event: "till:open", Severity: "FATAL"})
		s.Record(front.Record{Time: moment, Event: "till:shut", Body: "\xff"})
		s.close(t)

		got := recordsOf(t, r.logs.AllLogs(), begin)
		want := map[string]string{
			"shop:login_failed": fmt.Sprint("map[container.id:c0ffee ",
				"deployment.environment.name:test,1 process.pid:4711 service.name:shop] ",
				"github.com/go-usdt/usdt/export v1.2.3 12:00:00.123456789 Warn WARN ",
				"login of Ada failed ", someTrace, " ", someSpan, " map[tries:3 user:Ada]"),
			"till:open": "map[deployment.environment.name:test,1 process.pid:4712 " +
				"service.name:agent] github.com/go-usdt/usdt/export v1.2.3 " +
				"12:00:00.123456789 Fatal FATAL    map[]",
			"till:shut": "the exporter's own 12:00:00.123456789 Info INFO \uFFFD   map[]",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if sent, failed, lost := s.counts(t, "logs"); sent != 3 || failed+lost != 0 {
			t.Errorf("%d sent, %d failed, %d lost", sent, failed, lost)
		}
	})
}

// recordsOf returns all that each record has, by its event.
func recordsOf(t *testing.T, all []plog.Logs, begin time.Time) map[string]string {
	t.Helper()
	found := make(map[string]string)
	for _, ld := range all {
		for _, rl := range ld.ResourceLogs().All() {
			resource := rl.Resource().Attributes()
			for _, sl := range rl.ScopeLogs().All() {
				from := fmt.Sprint(resource.AsRaw(), " ", sl.Scope().Name(), " ", sl.Scope().Version())
				if isOwn(t, resource) {
					from = "the exporter's own"
				}
				for _, r := range sl.LogRecords().All() {
					observed := r.ObservedTimestamp().AsTime()
					if observed.Before(begin) || observed.After(time.Now()) {
						t.Errorf("%s was observed at %v", r.EventName(), observed)
					}
					found[r.EventName()] = fmt.Sprint(from, " ", clock(r.Timestamp()), " ",
						r.SeverityNumber(), " ", r.SeverityText(), " ", r.Body().AsString(), " ",
						r.TraceID(), " ", r.SpanID(), " ", r.Attributes().AsRaw())
				}
			}
		}
	}
	return found
}

// isOwn returns whether a resource is the exporter, and if so, compares it.
func isOwn(t *testing.T, resource pcommon.Map) bool {
	t.Helper()
	if _, ok := resource.Get("process.pid"); ok {
		return false
	}
	got := resource.AsRaw()
	for _, name := range []string{"host.name", "telemetry.sdk.version"} {
		if got[name] == "" {
			t.Errorf("the exporter has no %s", name)
		}
		delete(got, name)
	}
	want := map[string]any{"deployment.environment.name": "test,1", "service.name": "agent",
		"service.version": "v1.2.3", "telemetry.sdk.language": "go",
		"telemetry.sdk.name": "opentelemetry"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	return true
}
