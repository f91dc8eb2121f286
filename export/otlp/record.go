package otlp

import (
	"context"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/log"
	sdklog "go.opentelemetry.io/otel/sdk/log"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/trace"

	"github.com/go-usdt/usdt/internal/export/front"
)

// A recordBatch turns records into the SDK's and exports them. Only a LoggerProvider makes records
// of the SDK, and it gives all of them one resource: so there is one for each resource of a batch.
// It is light, a few hundred bytes and no goroutine.
type recordBatch struct {
	exporter  sdklog.Exporter
	resources resources
	version   string
}

func (b recordBatch) export(ctx context.Context, records []front.Record) error {
	b.resources.forget()
	made := &collector{records: make([]sdklog.Record, 0, len(records))}
	loggers := make(map[*resource.Resource]log.Logger)
	for _, r := range records {
		of := b.resources.of(r.Resource)
		logger, ok := loggers[of]
		if !ok {
			logger = sdklog.NewLoggerProvider(sdklog.WithResource(of), sdklog.WithProcessor(made)).
				Logger(scopeName, log.WithInstrumentationVersion(b.version))
			loggers[of] = logger
		}
		logger.Emit(traceOf(r), record(r))
	}
	return b.exporter.Export(ctx, made.records)
}

func record(r front.Record) (made log.Record) {
	made.SetEventName(valid(r.Event))
	made.SetTimestamp(r.Time)
	made.SetObservedTimestamp(time.Now())
	severity, text := severity(r.Severity)
	made.SetSeverity(severity)
	made.SetSeverityText(text)
	made.SetBody(attribute.StringValue(valid(r.Body)))
	made.AddAttributes(attributes(r.Attributes)...)
	return made
}

func recordWeight(r front.Record) int {
	const fixed = 160
	return fixed + len(r.Event) + len(r.Body) + len(r.TraceID) + len(r.SpanID) +
		attributesWeight(r.Attributes)
}

// traceOf returns a context with the trace of a record, where the SDK looks for it.
func traceOf(r front.Record) context.Context {
	return trace.ContextWithSpanContext(context.Background(), trace.NewSpanContext(
		trace.SpanContextConfig{TraceID: traceID(r.TraceID), SpanID: spanID(r.SpanID)}))
}

func severity(text string) (log.Severity, string) {
	switch text = strings.ToUpper(text); text {
	case "TRACE":
		return log.SeverityTrace, text
	case "DEBUG":
		return log.SeverityDebug, text
	case "WARN":
		return log.SeverityWarn, text
	case "ERROR":
		return log.SeverityError, text
	case "FATAL":
		return log.SeverityFatal, text
	default:
		return log.SeverityInfo, "INFO"
	}
}

// A collector keeps what the SDK makes.
type collector struct{ records []sdklog.Record }

func (c *collector) OnEmit(_ context.Context, r *sdklog.Record) error {
	c.records = append(c.records, *r)
	return nil
}

func (*collector) Enabled(context.Context, sdklog.EnabledParameters) bool { return true }
func (*collector) Shutdown(context.Context) error                         { return nil }
func (*collector) ForceFlush(context.Context) error                       { return nil }
