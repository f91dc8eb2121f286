//go:build linux && (amd64 || arm64)

package command

import (
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/signature"
)

// A message has its beginning and its end, whatever a process put in between.
func TestWarnIsBounded(t *testing.T) {
	var out strings.Builder
	warn(&out, "no probe %s in process 7; use -p", strings.Repeat("ä\x1b", 1<<20))
	got := out.String()
	if len(got) > 5*maxMessage || strings.Count(got, "\n") != 1 ||
		!strings.HasPrefix(got, "usdt: no probe ä\\x1bä") || !strings.Contains(got, " … ") ||
		!strings.HasSuffix(got, "ä\\x1b in process 7; use -p\n") {
		t.Errorf("%d bytes: %.50s", len(got), got)
	}
}

// What cannot be described is counted, not listed, when it is much.
func TestWarnUnwritable(t *testing.T) {
	var out strings.Builder
	warnUnwritable(&out, make([]signature.Signature, maxTold+2))
	if lines := strings.Count(out.String(), "\n"); lines != maxTold+1 ||
		!strings.HasSuffix(out.String(), "usdt: the same holds for 2 other probes\n") {
		t.Errorf("%d lines: %s", lines, &out)
	}
}
