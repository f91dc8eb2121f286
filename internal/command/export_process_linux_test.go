//go:build amd64 || arm64

package command

import (
	"testing"
	"time"

	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/tracing/cgroup"
)

// noProcess is an id that no process has.
const noProcess = 1 << 30

// TestForkedProcess: a process that ends before anybody looks is as its parent, with its own id, or
// unknown, if the parent is.
func TestForkedProcess(t *testing.T) {
	names := newExportedProcesses()
	names.known[noProcess] = &exportedProcess{
		name: "shop", container: cgroup.Container{Name: "box"}, ended: time.Now(),
	}
	const child, other = noProcess + 1, noProcess + 2
	names.fork(noProcess, child)
	names.fork(noProcess+3, other)
	for pid, want := range map[int]string{child: "box", other: unknown} {
		p := names.of(pid)
		if got := containerLabel(p); got != want || !p.ended.IsZero() {
			t.Errorf("process %d: %+v, want the container %s", pid, p, want)
		}
	}
	var id any
	for _, a := range names.of(child).resource.Attributes {
		if a.Key == "process.pid" {
			id = a.Value
		}
	}
	if id != int64(child) {
		t.Errorf("the resource is of the process %v, want %d", id, child)
	}
}

// TestCrowded: the metrics are read after many processes have begun, and not again at once.
func TestCrowded(t *testing.T) {
	e, _ := newFakeExporter(t.Context())
	e.crowded = make(chan struct{}, 1)
	for pid := range 3*drainProcesses - 1 {
		e.trace(pid)
		e.trace(pid)
	}
	if len(e.crowded) != 1 || e.begun != drainProcesses-1 {
		t.Errorf("told %d times, and %d are left", len(e.crowded), e.begun)
	}
}

// An endedSource has groups of processes that have ended.
type endedSource struct {
	metricSource
	n int
}

func (s endedSource) processes() map[int]bool {
	all := make(map[int]bool)
	for i := range s.n {
		all[noProcess+i] = true
	}
	return all
}

// TestForgetCrowd: processes that have ended are forgotten now and then, and at once if they take
// much of the room.
func TestForgetCrowd(t *testing.T) {
	m := newExportedMetric(config.Metric{Name: "m", Type: config.Counter, MaxSeries: 1},
		newExportedProcesses(), nil)
	now := time.Now()
	for _, test := range []struct {
		n     int
		after time.Duration
		want  int
	}{{3, forgetInterval, 3}, {3, 0, 0}, {1 << 10, 0, 1 << 10}} {
		m.source = endedSource{n: test.n}
		now = now.Add(test.after)
		if got := len(m.over(now)); got != test.want {
			t.Errorf("%d processes: %d are forgotten, want %d", test.n, got, test.want)
		}
	}
}
