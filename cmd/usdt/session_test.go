//go:build linux && (amd64 || arm64)

package main

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// TestSkipped warns of each file once, however many of its probes are not traced.
func TestSkipped(t *testing.T) {
	var stderr strings.Builder
	f := sessionFlags{target: target{all: true, stderr: func() io.Writer { return &stderr }}}
	options, err := f.options()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/gone", "/gone", "/refused", "/gone"} {
		options.Skipped(uprobe.Site{Path: path}, errors.New("reason"))
	}
	want := "usdt: probes in \"/gone\" are not traced: reason\nusdt: probes in \"/refused\" are not traced: reason\n"
	if diff := cmp.Diff(want, stderr.String()); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}

	f.target = target{pid: 1}
	if options, err := f.options(); err != nil || options.Skipped != nil {
		t.Errorf("probes of a chosen process may be skipped, or %v", err)
	}
}
