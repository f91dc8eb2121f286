// Package traceparent reads the traceparent of W3C Trace Context, which HTTP has in a header, gRPC
// in metadata, and a probe in an argument.
package traceparent

import "strings"

// A Parent is what a traceparent says.
type Parent struct {
	TraceID, SpanID string // lower-case hexadecimal digits, 32 and 16
	IsSampled       bool
}

// TraceID returns the trace id in the values of a traceparent header, or "" if there is no valid
// one.
func TraceID(values []string) string {
	if len(values) != 1 {
		return ""
	}
	p, _ := Parse(values[0])
	return p.TraceID
}

// Parse reads a traceparent. It is not ok if that is none.
//
// https://www.w3.org/TR/trace-context/#traceparent-header
func Parse(text string) (p Parent, ok bool) {
	version, rest, _ := strings.Cut(text, "-")
	trace, rest, _ := strings.Cut(rest, "-")
	parent, rest, _ := strings.Cut(rest, "-")
	flags, _, isLonger := strings.Cut(rest, "-")
	switch {
	case !isHex(version, 2), !isHex(trace, 32), !isHex(parent, 16), !isHex(flags, 2),
		version == "ff", version == "00" && isLonger,
		strings.Trim(trace, "0") == "", strings.Trim(parent, "0") == "":
		return p, false
	}
	return Parent{trace, parent, strings.ContainsAny(flags[1:], "13579bdf")}, true
}

func isHex(s string, length int) bool {
	return len(s) == length && strings.Trim(s, "0123456789abcdef") == ""
}
