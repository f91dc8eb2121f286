//go:build amd64 || arm64

package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/go-usdt/usdt/internal/tracing/process"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
	"github.com/go-usdt/usdt/internal/tracing/watch"
)

// A fakeExported is an entry that attaches to nothing.
type fakeExported struct {
	exported
	attempts [][]uprobe.Probe
	answer   func([]uprobe.Probe, uprobe.Options) (unfit, err error)
}

func (f *fakeExported) name() string { return "fake" }
func (f *fakeExported) kind() string { return "metric" }

func (f *fakeExported) attach(probes []uprobe.Probe, o uprobe.Options) (unfit, err error) {
	f.attempts = append(f.attempts, probes)
	if f.answer == nil {
		return nil, nil
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
		files: make(usedFiles), reading: make(chan struct{}, readAtOnce),
	}
	e.leases = newFileLeases(func(string, process.FileID) (*os.File, error) {
		return nil, errors.ErrUnsupported
	}, func() {})
	e.tracing.Interrupted = func() error { return context.Cause(ctx) }
	return e, &log
}

// TestExecuted: a process that executes a program without probes is not traced any more. It is read
// again also if its entries do not mean it any more.
func TestExecuted(t *testing.T) {
	e, _ := newFakeExporter(t.Context(), newFakeJob(t, &fakeExported{}))
	e.again = make(map[int]bool)
	probes := []process.Object{objectWith(7, "")}
	for _, objects := range [][]process.Object{probes, nil, probes} {
		e.extendAll(t.Context(), 7, objects)
		if got := e.processes.Load(); got != int64(len(objects)) {
			t.Errorf("with %d objects: %d processes", len(objects), got)
		}
	}
	e.take(watch.Event{Kind: watch.Mapped, PID: 7})
	if !e.again[7] {
		t.Error("a process that has mapped code is not read again")
	}
}

// TestExtendInterrupted: a signal while one entry attaches to very many probes keeps the others
// from beginning.
func TestExtendInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	interrupted := &fakeExported{answer: func(_ []uprobe.Probe, o uprobe.Options) (unfit, err error) {
		cancel(errInterrupted)
		return nil, o.Interrupted()
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

// TestExtendFails: only sites that were not attached to are tried again, and that a process has
// ended is no failure.
func TestExtendFails(t *testing.T) {
	gone := fmt.Errorf("attach to it at /proc/7/fd/5+0x8: %w", fs.ErrNotExist) // as the reader says it
	refused := errors.New("the kernel refuses it")
	skipSecond := func(probes []uprobe.Probe, o uprobe.Options, err error) {
		o.Skipped(probes[0].Sites[1], err)
	}
	for _, test := range []struct {
		name   string
		answer func([]uprobe.Probe, uprobe.Options) (unfit, err error)
		again  []uint64 // offsets of the sites that are tried again
		failed uint64
		later  bool // because of the failure
		log    string
	}{
		{"all", nil, nil, 0, false, ""},
		{"unfit", func([]uprobe.Probe, uprobe.Options) (unfit, err error) {
			return errors.New("it has no argument x"), nil
		}, nil, 1, false, "it has no argument x"},
		{"skipped", func(p []uprobe.Probe, o uprobe.Options) (unfit, err error) {
			skipSecond(p, o, refused)
			return nil, nil
		}, []uint64{1}, 1, true, "the kernel refuses it"},
		{"all skipped", func(p []uprobe.Probe, o uprobe.Options) (unfit, err error) {
			o.Skipped(p[0].Sites[0], gone)
			skipSecond(p, o, refused)
			return nil, errors.Join(refused, nil)
		}, []uint64{0, 1}, 1, true, `why="the kernel refuses it"`},
		{"ended", func(p []uprobe.Probe, o uprobe.Options) (unfit, err error) {
			skipSecond(p, o, gone)
			return nil, nil
		}, []uint64{1}, 0, false, ""},
		{"ended before the first", func(p []uprobe.Probe, o uprobe.Options) (unfit, err error) {
			o.Skipped(p[0].Sites[0], gone)
			skipSecond(p, o, gone)
			return nil, errors.Join(gone, nil)
		}, []uint64{0, 1}, 0, false, ""},
		{"no /sys", func(p []uprobe.Probe, o uprobe.Options) (unfit, err error) {
			skipSecond(p, o, &fs.PathError{Op: "open", Path: "/sys/a", Err: unix.ENOENT})
			return nil, nil
		}, []uint64{1}, 1, true, "/sys/a"},
		{"other", func(p []uprobe.Probe, o uprobe.Options) (unfit, err error) {
			return nil, unix.ENOMEM
		}, []uint64{0, 1}, 1, true, "cannot allocate memory"},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := &fakeExported{answer: test.answer}
			j := newFakeJob(t, f)
			e, log := newFakeExporter(t.Context(), j)
			for range 2 {
				e.extendAll(t.Context(), 7, []process.Object{objectWith(7, "", "8@$1")})
				f.answer = nil
			}
			var again []uint64
			if len(f.attempts) > 1 {
				for _, site := range f.attempts[1][0].Sites {
					again = append(again, site.Note.FileOffset)
				}
			}
			if diff := cmp.Diff(test.again, again); diff != "" {
				t.Errorf("sites that are tried again (-want +got):\n%s", diff)
			}
			if failed := j.failed.Load(); failed != test.failed || j.again.at.IsZero() == test.later {
				t.Errorf("failed %d times, and again at %v", failed, j.again.at)
			}
			if !strings.Contains(log.String(), test.log) || (log.Len() > 0) != (test.log != "") {
				t.Errorf("the log has:\n%s", log)
			}
		})
	}
}

// TestTellOnce: each error is told once, and new ones also after very many.
func TestTellOnce(t *testing.T) {
	j := &job{told: make(map[string]bool)}
	told := 0
	const many = 3 * maxRefused
	for i := range many {
		for range 2 {
			j.tellOnce(fmt.Errorf("error %d", i), func(string) { told++ })
		}
	}
	if told != many || len(j.told) > maxRefused {
		t.Errorf("%d of %d errors are told, and %d remembered", told, many, len(j.told))
	}
}
