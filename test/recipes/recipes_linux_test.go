package recipes

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/ringbuf"
	"github.com/cilium/tetragon/pkg/elf"

	"github.com/go-usdt/usdt/internal/probesite"
	"github.com/go-usdt/usdt/internal/testing/testbuild"
	"github.com/go-usdt/usdt/internal/testing/testenv"
)

// An order is what a process fires.
type order struct {
	PID      int
	ID       uint64
	Customer string
}

// sell has two processes of a service fire an order each, which it returns. Each process is first
// made known to the tracer.
func sell(t *testing.T, shop string, know func(pid int)) (orders []order) {
	t.Helper()
	for i, customer := range []string{"Ada", "Zoë Q"} {
		c := testenv.Start(t, exec.Command(shop, "shop"))
		c.Next(t)
		know(c.PID())
		c.Ask(t, "wait order_start true")
		c.Ask(t, fmt.Sprintf("fire order_start [%d, %q]", i+4711, customer))
		orders = append(orders, order{c.PID(), uint64(i + 4711), customer})
	}
	return orders
}

func asRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		testenv.Lacks(t, os.ErrPermission)
	}
}

// buildShop builds a service with its probes in its file.
func buildShop(t *testing.T) string {
	t.Helper()
	shop := filepath.Join(t.TempDir(), "shop")
	// It is in another module than this test.
	if err := testbuild.In("../..", shop, []string{"CGO_ENABLED=0"}, "build", "-tags=traced_embedded",
		"-ldflags=-X=main.providers=shop", "./internal/testing/traced"); err != nil {
		t.Fatal(err)
	}
	if err := testbuild.Embed(shop, shop, probesite.Nop); err != nil {
		t.Fatal(err)
	}
	return shop
}

// targets returns what Tetragon finds in a file, by the names of providers and probes.
func targets(t *testing.T, file string) map[string]*elf.UsdtTarget {
	t.Helper()
	opened, err := elf.OpenSafeELFFile(file)
	if err != nil {
		t.Fatal(err)
	}
	found, err := opened.UsdtTargets()
	if err != nil {
		t.Fatal(err)
	}
	byName := make(map[string]*elf.UsdtTarget)
	for _, target := range found {
		byName[target.Spec.Provider+":"+target.Spec.Name] = target
	}
	return byName
}

func readEvents(t *testing.T, of *ebpf.Map) *ringbuf.Reader {
	t.Helper()
	reader, err := ringbuf.NewReader(of)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	return reader
}

// next waits for an event.
func next(t *testing.T, events *ringbuf.Reader) ringbuf.Record {
	t.Helper()
	events.SetDeadline(time.Now().Add(testenv.Patience))
	record, err := events.Read()
	if err != nil {
		t.Fatal(err)
	}
	return record
}
