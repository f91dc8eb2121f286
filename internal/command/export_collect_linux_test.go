//go:build amd64 || arm64

package command

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-usdt/usdt/internal/export/collect"
	"github.com/go-usdt/usdt/internal/export/config"
	"github.com/go-usdt/usdt/internal/tracing/uprobe"
)

// gracePeriod is how long it takes to read a slowSource, by the clock of the test.
const gracePeriod = time.Second

// A slowSource is a source that waits for the kernel when it is read. It has a hit each time.
type slowSource struct{ metricSource }

func (slowSource) take(exportLabels, []uprobe.Probe) ([]collect.Hits, error) {
	<-time.After(gracePeriod)
	return []collect.Hits{{Count: 1}}, nil
}

func (slowSource) processes() map[int]bool { return nil }
func (slowSource) missed() (uint64, error) { return 0, nil }

// TestCollectAtOnce: metrics wait for the kernel together, not each for itself, and are in order.
func TestCollectAtOnce(t *testing.T) {
	const rounds = 3
	synctest.Test(t, func(t *testing.T) {
		var jobs []*job
		e, _ := newFakeExporter(t.Context())
		for i := range rounds * readAtOnce {
			c := config.Metric{Name: fmt.Sprintf("m%02d", i), Type: config.Counter, MaxSeries: 1}
			m := newExportedMetric(c, e.names, nil)
			m.source = slowSource{}
			jobs = append(jobs, &job{exported: m})
		}
		e.current = jobs
		began := time.Now()
		families, err := e.collect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took != rounds*gracePeriod {
			t.Errorf("it took %v, want %v", took, rounds*gracePeriod)
		}
		for i, j := range jobs {
			if f := families[i]; f.Name != j.name() || f.Points[0].Value != 1 {
				t.Errorf("family %d is %+v, want a hit of %s", i, f, j.name())
			}
		}
	})
}
