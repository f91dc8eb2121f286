// Package traceparent reads the trace id of W3C Trace Context, which HTTP has in a header, and gRPC
// in metadata.
package traceparent

import "strings"

// TraceID returns the trace id in the values of a traceparent header, 32 lower-case hexadecimal
// digits, or "" if there is no valid one.
//
// https://www.w3.org/TR/trace-context/#traceparent-header
func TraceID(values []string) string {
	if len(values) != 1 {
		return ""
	}
	version, rest, _ := strings.Cut(values[0], "-")
	trace, rest, _ := strings.Cut(rest, "-")
	parent, rest, _ := strings.Cut(rest, "-")
	flags, _, isLonger := strings.Cut(rest, "-")
	switch {
	case !isHex(version, 2), !isHex(trace, 32), !isHex(parent, 16), !isHex(flags, 2),
		version == "ff", version == "00" && isLonger,
		strings.Trim(trace, "0") == "", strings.Trim(parent, "0") == "":
		return ""
	}
	return trace
}

func isHex(s string, length int) bool {
	return len(s) == length && strings.Trim(s, "0123456789abcdef") == ""
}
