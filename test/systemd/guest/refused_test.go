//go:build linux

package guest

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestWithoutDropIn: a kernel that wants the drop-in has the exporter say so.
func TestWithoutDropIn(t *testing.T) {
	if err := os.Remove(dropIn); err != nil {
		t.Fatal(err)
	}
	run(t, "systemctl", "daemon-reload")
	t.Cleanup(func() {
		stopExporter(t)
		if err := addDropIn(); err != nil {
			t.Error(err)
		}
		run(t, "systemctl", "daemon-reload")
	})
	configure(t, configuration)
	run(t, "systemctl", "start", exporter)
	eventually(t, func() error {
		if !strings.Contains(said(t), "usdt-export-before-6.6.conf") {
			return fmt.Errorf("it does not name the drop-in")
		}
		return nil
	})
}

// TestWrong: when the configuration is wrong at the start, systemd tries five times, and the log
// says why. However slow the machine is, the attempts are of one minute here.
func TestWrong(t *testing.T) {
	const minute = "/etc/systemd/system/usdt-export.service.d/minute.conf"
	const text = "[Unit]\nStartLimitIntervalSec=1h\n[Service]\nRestartSec=1ms\n"
	if err := write(minute, text); err != nil {
		t.Fatal(err)
	}
	run(t, "systemctl", "daemon-reload")
	t.Cleanup(func() {
		run(t, "systemctl", "reset-failed", exporter)
		if err := os.Remove(minute); err != nil {
			t.Error(err)
		}
		run(t, "systemctl", "daemon-reload")
	})
	configure(t, "metrics:\n- probe: [shop:order]\n")
	run(t, "systemctl", "start", exporter)
	eventually(t, func() error {
		if got := property(t, exporter, "ActiveState"); got != "failed" {
			return fmt.Errorf("the exporter is %s", got)
		}
		return nil
	})
	const why = "/etc/usdt/export.yaml:2"
	if all := said(t); strings.Count(all, why) != 5 {
		t.Errorf("it does not say %s five times:\n%s", why, all)
	}
}
