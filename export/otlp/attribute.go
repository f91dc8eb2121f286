package otlp

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/trace"

	"github.com/go-usdt/usdt/internal/export/front"
)

func attributes(list []front.Attribute) []attribute.KeyValue {
	if len(list) == 0 {
		return nil
	}
	all := make([]attribute.KeyValue, len(list))
	for i, a := range list {
		all[i] = attribute.KeyValue{Key: attribute.Key(valid(a.Key)), Value: value(a.Value)}
	}
	return all
}

// value returns a value that OTLP can carry. It has no unsigned integers: those that are too large
// for a signed one become text, so that they keep all their digits.
func value(v any) attribute.Value {
	switch v := v.(type) {
	case string:
		return attribute.StringValue(valid(v))
	case bool:
		return attribute.BoolValue(v)
	case int64:
		return attribute.Int64Value(v)
	case uint64:
		if v > math.MaxInt64 {
			return attribute.StringValue(strconv.FormatUint(v, 10))
		}
		return attribute.Int64Value(int64(v))
	case float64:
		return attribute.Float64Value(v)
	default:
		return attribute.StringValue(valid(fmt.Sprint(v)))
	}
}

// attributesWeight returns about how many bytes attributes have.
func attributesWeight(list []front.Attribute) int {
	const header = 48 // in memory; a request has less
	w := header * len(list)
	for _, a := range list {
		w += len(a.Key)
		if text, ok := a.Value.(string); ok {
			w += len(text)
		}
	}
	return w
}

// valid returns text that protobuf takes: one text that is not UTF-8 would make it refuse the whole
// request.
func valid(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// traceID returns the id in hexadecimal text, or the invalid one.
func traceID(text string) (id trace.TraceID) {
	if n, err := hex.Decode(id[:], exactly(text, 2*len(id))); err != nil || n != len(id) {
		return trace.TraceID{}
	}
	return id
}

// spanID returns the id in hexadecimal text, or the invalid one.
func spanID(text string) (id trace.SpanID) {
	if n, err := hex.Decode(id[:], exactly(text, 2*len(id))); err != nil || n != len(id) {
		return trace.SpanID{}
	}
	return id
}

// exactly returns the text if it has exactly n bytes, and else nothing.
func exactly(text string, n int) []byte {
	if len(text) != n {
		return nil
	}
	return []byte(text)
}
