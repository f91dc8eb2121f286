//go:build amd64 || arm64

package command

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// A fakeExported is an entry that attaches to nothing.
type fakeExported struct {
	exported
	attempts [][]uprobe.Probe
	answer   func([]uprobe.Probe, uprobe.Options) error
}

func (f *fakeExported) name() string { return "fake" }
func (f *fakeExported) kind() string { return "metric" }

func (f *fakeExported) attach(probes []uprobe.Probe, o uprobe.Options) error {
	f.attempts = append(f.attempts, probes)
	if f.answer == nil {
		return nil
	}
	return f.answer(probes, o)
}

// newFakeJob returns a job that means the probes of all processes.
func newFakeJob(t *testing.T, f *fakeExported) *job {
	p := &population{scope: scope{all: true}}
	var err error
	if p.members, err = newMembers(p.scope, criteria{}, nil); err != nil {
		t.Fatal(err)
	}
	j := &job{exported: f, population: p, told: make(map[string]bool)}
	patterns, _ := parsePatterns([]string{"shop:*"})
	j.selection = &selection{scope: p.scope, inventory: newInventory(p.scope), patterns: patterns}
	return j
}

// newFakeExporter returns an exporter with entries, until ctx is done, and what it logs.
func newFakeExporter(ctx context.Context, jobs ...*job) (*exporter, *strings.Builder) {
	var log strings.Builder
	e := &exporter{
		log: slog.New(slog.NewTextHandler(&log, nil)), names: newExportedProcesses(),
		owners: make(owners), traced: make(map[int]bool), current: jobs,
	}
	e.tracing.Interrupted = func() error { return context.Cause(ctx) }
	return e, &log
}

// TestExtendInterrupted: a signal while one entry attaches to very many probes keeps the others
// from beginning.
func TestExtendInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := &fakeExported{answer: func(_ []uprobe.Probe, o uprobe.Options) error {
		cancel(errInterrupted)
		return o.Interrupted()
	}}
	next := &fakeExported{}
	e, log := newFakeExporter(ctx, newFakeJob(t, interrupted), newFakeJob(t, next))
	e.extendAll(ctx, 7, []process.Object{objectWith(7, "")})
	if len(interrupted.attempts) != 1 || len(next.attempts) != 0 {
		t.Errorf("%d attempts, and %d after the signal", len(interrupted.attempts), len(next.attempts))
	}
	if log.Len() > 0 {
		t.Errorf("the signal is told as an error:\n%s", log)
	}
}
