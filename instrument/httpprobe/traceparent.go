package httpprobe

import (
	"net/http"

	"github.com/go-usdt/usdt/internal/traceparent"
)

func traceID(header http.Header) string { return traceparent.TraceID(header["Traceparent"]) }
