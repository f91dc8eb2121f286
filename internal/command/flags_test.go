//go:build linux && (amd64 || arm64)

package command

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// Of each file there is one warning, however many of its probes are not traced.
func TestSkipped(t *testing.T) {
	var stderr strings.Builder
	f := commonFlags{scope: scope{all: true}}
	options, err := f.options(&stderr)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/gone", "/gone", "/refused", "/gone"} {
		options.Skipped(uprobe.Site{Path: path}, errors.New("reason"))
	}
	want := `usdt: probes in "/gone" are not traced: reason
usdt: probes in "/refused" are not traced: reason
`
	if diff := cmp.Diff(want, stderr.String()); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}

	f.scope = scope{pids: pidList{1}}
	if options, err := f.options(&stderr); err != nil || options.Skipped != nil {
		t.Errorf("probes of a single process may be skipped, or %v", err)
	}
}
