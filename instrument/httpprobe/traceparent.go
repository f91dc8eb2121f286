package httpprobe

import (
	"net/http"
	"strings"
)

// traceID returns the trace id in the header traceparent of W3C Trace Context, 32 lower-case
// hexadecimal digits, or "" if there is no valid one.
//
// https://www.w3.org/TR/trace-context/#traceparent-header
func traceID(header http.Header) string {
	values := header["Traceparent"]
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
