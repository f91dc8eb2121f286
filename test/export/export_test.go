//go:build linux && (amd64 || arm64)

package export

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testbuild"
)

// built are the programs: the full command, and the service.
var built struct{ usdt, traced string }

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "usdt-export")
		if err != nil {
			fmt.Println(err)
			return 1
		}
		defer os.RemoveAll(dir)
		built.usdt, built.traced = filepath.Join(dir, "usdt"), filepath.Join(dir, "traced")
		for _, build := range []error{
			testbuild.In("../../export", built.usdt, []string{"CGO_ENABLED=0"}, "build",
				"-tags", "grpcnotrace", "./usdt"),
			testbuild.Go(built.traced, nil, "build", "../../internal/testing/traced"),
		} {
			if build != nil {
				fmt.Println(build)
				return 1
			}
		}
		return m.Run()
	}())
}

// A world is everything: two servers that scrape one exporter of one service, in both formats.
type world struct {
	servers  map[string]*prometheus
	exporter exporter
	service  shop
	// What was fired in all, and since the exporter was started.
	ever, now ledger
}

const plain, native = "plain", "native"

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{ever: make(ledger), servers: map[string]*prometheus{
		plain:  startPrometheus(t, "exemplar-storage"),
		native: startPrometheus(t, "exemplar-storage,native-histograms"),
	}}
	w.service = startShop(t)
	w.startExporter(t)
	return w
}

func (w *world) startExporter(t *testing.T) {
	t.Helper()
	w.now = make(ledger)
	w.exporter = startExporter(t)
	w.exporter.reach(t, w.service)
	for _, p := range w.servers {
		p.scrape(t, w.exporter.address)
	}
}

// work fires probes of all metrics, for two customers.
func (w *world) work(t *testing.T) {
	t.Helper()
	for i, customer := range []string{"Ada", "Zoë & Söhne"} {
		w.service.order(t, 1000+i, customer, 250, 12, w.ever, w.now)
		w.service.order(t, 300, customer, 1, 64, w.ever, w.now)
		w.service.order(t, 20, customer, 1<<40, 65, w.ever, w.now)
		w.service.order(t, 1, customer, 0, 1<<20, w.ever, w.now)
		w.service.job(t, uint64(1<<32+i), customer, w.ever, w.now)
		w.service.stock(t, customer, int64(-5-i), w.ever, w.now)
		w.service.stock(t, customer, int64(70+i), w.ever, w.now)
	}
}

// TestPrometheus restarts the service, the exporter and Prometheus in turn. Each time, PromQL must
// answer the numbers of the service.
func TestPrometheus(t *testing.T) {
	w := newWorld(t)
	w.work(t)
	w.compare(t)

	w.service.End(t)
	w.compare(t) // what has ended is still counted
	w.service = startShop(t)
	w.exporter.reach(t, w.service)
	w.work(t)
	w.compare(t)

	w.exporter.stop(t)
	w.startExporter(t)
	w.work(t)
	w.compare(t)

	for _, p := range w.servers {
		p.stop(t)
	}
	w.work(t) // while nobody scrapes
	for _, p := range w.servers {
		p.start(t)
	}
	w.work(t)
	w.compare(t)
}
