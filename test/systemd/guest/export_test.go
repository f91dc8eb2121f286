//go:build linux

package guest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/cilium/ebpf"
)

const configuration = `metrics:
- probes: [shop:order]
  from: {service: shop}
  labels: {customer: customer, process: $process, container: $container}
`

// series is a line of that metric.
func series(customer string, orders int) string {
	return fmt.Sprintf(`shop_order_total{container="",customer="%s",process="shop"} %d`, customer,
		orders)
}

// configure writes the configuration of the exporter.
func configure(t *testing.T, text string) {
	t.Helper()
	if err := write("/etc/usdt/export.yaml", text); err != nil {
		t.Fatal(err)
	}
}

// startExporter has systemd start the exporter, which is stopped at the end of the test, and waits
// until it traces the service.
func startExporter(t *testing.T) {
	t.Helper()
	t.Cleanup(func() { stopExporter(t) })
	// Other tests must not count as attempts. Of a unit that is not loaded, nothing is counted.
	_, _ = output("systemctl", "reset-failed", exporter)
	run(t, "systemctl", "start", exporter)
	awaitReady(t)
}

func stopExporter(t *testing.T) {
	t.Helper()
	run(t, "systemctl", "stop", exporter)
	if result := property(t, exporter, "Result"); result != "success" {
		t.Errorf("the exporter ends with %s:\n%s", result, said(t))
	}
}

// awaitReady waits until the exporter traces what is there.
func awaitReady(t *testing.T) {
	t.Helper()
	eventually(t, func() error {
		_, err := get(address + "/-/ready")
		return err
	})
	awaitTraced(t)
}

// awaitTraced waits until somebody traces the probe of the service.
func awaitTraced(t *testing.T) {
	t.Helper()
	eventually(t, func() error {
		found, err := list("--cgroup", "/system.slice/shop.service")
		if err == nil && !found[0].Traced {
			err = errors.New("shop:order is not traced")
		}
		return err
	})
}

// TestInstalled: the package starts nothing.
func TestInstalled(t *testing.T) {
	for name, want := range map[string]string{
		"ActiveState": "inactive", "UnitFileState": "disabled", "LoadState": "loaded",
	} {
		if got := property(t, exporter, name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

// TestCount: what the service fires is counted, also after it has been started anew, and what the
// other service fires is not. Nothing is attached when the exporter has been stopped.
func TestCount(t *testing.T) {
	configure(t, configuration)
	startExporter(t)
	awaitShop(t, otherPort)
	order(t, shopPort, "Ada", 70)
	order(t, otherPort, "Ada", 5)
	order(t, shopPort, "Grace", 30)
	awaitMetrics(t, series("Ada", 70), series("Grace", 30), "usdt_export_processes 1")

	run(t, "systemctl", "restart", "shop")
	awaitShop(t, shopPort)
	awaitTraced(t)
	order(t, shopPort, "Ada", 1)
	awaitMetrics(t, series("Ada", 71), series("Grace", 30), "usdt_export_processes 1")
	for _, line := range []string{"level=WARN", "level=ERROR"} {
		if all := said(t); strings.Contains(all, line) {
			t.Errorf("the exporter says:\n%s", all)
		}
	}
	_, exposure, _ := strings.Cut(run(t, "systemd-analyze", "security", "--no-pager", exporter), "→")
	t.Log(exposure) // package systemd compares it with the page

	stopExporter(t)
	checkDetached(t)
}

// checkDetached looks for what a tracer can leave behind: breakpoints in the program, and programs
// in the kernel.
func checkDetached(t *testing.T) {
	t.Helper()
	found, err := list("--cgroup", "/system.slice/shop.service")
	if err != nil || found[0].Traced {
		t.Errorf("after the exporter's end: %+v, %v", found, err)
	}
	eventually(t, func() error { // the kernel frees them later
		for id := ebpf.ProgramID(0); ; {
			next, err := ebpf.ProgramGetNextID(id)
			if err != nil {
				return nil // there are no more
			}
			id = next
			if p, err := ebpf.NewProgramFromID(id); err == nil {
				kind := p.Type()
				p.Close()
				if kind == ebpf.Kprobe {
					return fmt.Errorf("the kernel still has the program %d of a uprobe", id)
				}
			}
		}
	})
}

// TestReload: systemctl reload takes another configuration over. What is in both goes on.
func TestReload(t *testing.T) {
	configure(t, configuration)
	startExporter(t)
	order(t, shopPort, "Ada", 3)
	awaitMetrics(t, series("Ada", 3))
	configure(t, configuration+`- name: shop_orders
  probes: [shop:order]
  from: {service: [shop, other]}
`)
	run(t, "systemctl", "reload", exporter)
	awaitMetrics(t, "usdt_export_reloads_total 1", "usdt_export_processes 2", series("Ada", 3))
	order(t, shopPort, "Ada", 2)
	order(t, otherPort, "Ada", 2)
	awaitMetrics(t, series("Ada", 5), "shop_orders_total 4")
	if got := property(t, exporter, "ActiveState"); got != "active" {
		t.Errorf("the exporter is %s", got)
	}
}

// TestKilled: systemd starts an exporter again that was killed, and it counts from 0 on.
func TestKilled(t *testing.T) {
	configure(t, configuration)
	startExporter(t)
	order(t, shopPort, "Ada", 3)
	awaitMetrics(t, series("Ada", 3))
	killed, err := strconv.Atoi(property(t, exporter, "MainPID"))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(killed, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if got := property(t, exporter, "NRestarts"); got != "1" {
			return fmt.Errorf("it was started again %s times, want 1", got)
		}
		return nil
	})
	awaitReady(t)
	order(t, shopPort, "Ada", 2)
	awaitMetrics(t, series("Ada", 2))
}
