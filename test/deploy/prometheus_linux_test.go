package deploy

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
)

const (
	rulesFile     = "../../deploy/prometheus/usdt.rules.yml"
	dashboardFile = "../../deploy/grafana/usdt.json"
)

// promtool runs Debian's promtool on some files, each with its name and its text.
func promtool(t *testing.T, files map[string]string, arguments ...string) (string, error) {
	t.Helper()
	root := os.Getenv("USDT_PROMETHEUS")
	if root == "" {
		testenv.Lacks(t, errors.New("make test-deploy makes a root directory with Prometheus"))
	}
	directory, err := os.MkdirTemp(root+"/tmp", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(directory) })
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("/usr/bin/promtool", arguments...)
	cmd.Dir = strings.TrimPrefix(directory, root)
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	output, err := cmd.CombinedOutput()
	return string(output), err
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestAlerts has promtool read the rules, and look which of them fire for the series of a test.
func TestAlerts(t *testing.T) {
	files := map[string]string{
		"usdt.rules.yml": read(t, rulesFile), "test.yml": read(t, "testdata/rules.yml"),
	}
	for _, arguments := range [][]string{
		{"check", "rules", "--lint=all", "--lint-fatal", "usdt.rules.yml"},
		{"test", "rules", "test.yml"},
	} {
		if output, err := promtool(t, files, arguments...); err != nil {
			t.Errorf("promtool %v: %v\n%s", arguments, err, output)
		}
	}
	// Each alert has to fire in the test.
	names := regexp.MustCompile(`(?m)- alert: (\w+)$`)
	for _, name := range names.FindAllStringSubmatch(files["usdt.rules.yml"], -1) {
		fires := "alertname: " + name[1] + "\n    exp_alerts:\n"
		if !strings.Contains(files["test.yml"], fires) {
			t.Errorf("testdata/rules.yml does not have %s fire", name[1])
		}
	}
}

// TestMetrics compares what the alerts and the dashboard ask for with what docs/export.md says that
// there is. Each metric of the exporter must be on the dashboard.
func TestMetrics(t *testing.T) {
	metric := regexp.MustCompile(`\busdt_export_\w+`)
	find := func(path string) []string {
		found := metric.FindAllString(read(t, path), -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	documented := find("../../docs/export.md")
	for _, path := range []string{rulesFile, dashboardFile} {
		for _, name := range find(path) {
			if !slices.Contains(documented, name) {
				t.Errorf("%s asks for %s, which docs/export.md does not have", path, name)
			}
		}
	}
	shown := find(dashboardFile)
	for _, name := range documented {
		if !slices.Contains(shown, name) {
			t.Errorf("the dashboard does not show %s", name)
		}
	}
}

// TestDashboard has promtool read the expressions, as those of rules, and checks what Grafana would
// not say: that panels do not cover one another, and that each has an id of its own.
func TestDashboard(t *testing.T) {
	var dashboard struct {
		Panels []struct {
			ID       int
			Title    string
			Position struct{ X, Y, W, H int } `json:"gridPos"`
			Targets  []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(read(t, dashboardFile)), &dashboard); err != nil {
		t.Fatal(err)
	}
	var rules strings.Builder
	rules.WriteString("groups:\n- name: dashboard\n  rules:\n")
	covered := make(map[[2]int]string)
	seen := make(map[int]bool)
	for _, p := range dashboard.Panels {
		if seen[p.ID] {
			t.Errorf("%s has the id %d of another panel", p.Title, p.ID)
		}
		seen[p.ID] = true
		for x := p.Position.X; x < p.Position.X+p.Position.W; x++ {
			for y := p.Position.Y; y < p.Position.Y+p.Position.H; y++ {
				if other := covered[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%s covers %q, or the edge", p.Title, other)
				}
				covered[[2]int{x, y}] = p.Title
			}
		}
		for i, target := range p.Targets {
			// What Grafana puts in place of its variables.
			expr := strings.NewReplacer("$job", ".*", "$instance", ".*", "$__rate_interval", "5m").
				Replace(target.Expr)
			fmt.Fprintf(&rules, "  - {record: 'panel%d:%d', expr: %q}\n", p.ID, i, expr)
		}
	}
	output, err := promtool(t, map[string]string{"panels.yml": rules.String()},
		"check", "rules", "panels.yml")
	if err != nil || !strings.Contains(output, "rules found") {
		t.Errorf("promtool: %v\n%s\n%s", err, output, rules.String())
	}
}
