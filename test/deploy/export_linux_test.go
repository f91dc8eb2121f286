package deploy

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/go-usdt/usdt/internal/testing/testenv"
	"github.com/go-usdt/usdt/internal/tracing/kernel"
	"github.com/go-usdt/usdt/internal/tracing/rights"
)

// buildExporter builds the program that packages have.
func buildExporter(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "usdt")
	cmd := exec.Command("go", "build", "-C", "../../export", "-tags", "grpcnotrace", "-o", path,
		"./usdt")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, output)
	}
	return path
}

// TestConfiguration: the file that packages install is right.
func TestConfiguration(t *testing.T) {
	cmd := exec.Command(build(t, "usdt", "build", "../../cmd/usdt"), "export", "--check", "--config",
		"../../deploy/export.yaml")
	output, err := cmd.CombinedOutput()
	if want := "1 metric, 0 spans, 0 logs\n"; err != nil || string(output) != want {
		t.Errorf("%v: %v, %s; want %s", cmd, err, output, want)
	}
}

// TestExporter runs the exporter as the service, and as root, who has more rights, which it then
// gives up. Its totals are what two processes have fired, one of which has come later, and it takes
// over another configuration when the unit reloads it.
func TestExporter(t *testing.T) {
	if os.Geteuid() != 0 {
		testenv.Lacks(t, os.ErrPermission)
	}
	paths := []string{unitFile}
	if !kernel.Running().Features.Multi {
		paths = append(paths, oldFile)
	}
	u := readUnit(t, paths...)
	exporter := buildExporter(t)
	traced := build(t, "deployed", "build", "../../internal/testing/traced")
	text := "metrics:\n- probes: [deploy:order]\n  labels: {customer: customer}\n"
	t.Run("service", func(t *testing.T) {
		checkExporter(t, traced, confine(t, u, exporter, map[string]string{"export.yaml": text},
			"export", "--config", "/tmp/export.yaml", "--listen", "127.0.0.1:0"), capabilities(u))
	})
	t.Run("root", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "export.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var needed []int
		for _, c := range rights.Serve(kernel.Running().Features.Multi) {
			needed = append(needed, c.Number)
		}
		checkExporter(t, traced,
			exec.Command(exporter, "export", "--config", path, "--listen", "127.0.0.1:0"), needed)
	})
}

func checkExporter(t *testing.T, traced string, cmd *exec.Cmd, needed []int) {
	t.Helper()
	first := startTraced(t, traced)
	said, address := startExporter(t, cmd)
	fire(t, first, 7, "Ada")
	second := startTraced(t, traced)
	fire(t, second, 8, "Ada")
	fire(t, second, 9, "Grace")
	await(t, address, `deploy_order_total{customer="Ada"} 2`,
		`deploy_order_total{customer="Grace"} 1`)
	checkRights(t, cmd.Process.Pid, needed)
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil { // ExecReload
		t.Fatal(err)
	}
	await(t, address, `usdt_export_reloads_total 1`)
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(said)
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ends with %v: %s", err, rest)
	}
}

// checkRights compares the rights of a process with those that it needs.
func checkRights(t *testing.T, pid int, needed []int) {
	t.Helper()
	mask := uint64(0)
	for _, number := range needed {
		mask |= 1 << number
	}
	status := read(t, fmt.Sprintf("/proc/%d/status", pid))
	for _, want := range []string{
		fmt.Sprintf("CapPrm:\t%016x\n", mask), fmt.Sprintf("CapEff:\t%016x\n", mask),
		"NoNewPrivs:\t1\n",
	} {
		if !strings.Contains(status, want) {
			t.Errorf("the exporter does not have %q:\n%s", want, status)
		}
	}
}

// startExporter starts an exporter, and returns what it says from then on, and its address.
func startExporter(t *testing.T, cmd *exec.Cmd) (io.Reader, string) {
	t.Helper()
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	serves := regexp.MustCompile(`url=(http://\S+/metrics)`)
	said := bufio.NewReader(stderr)
	for all := ""; ; {
		line, err := said.ReadString('\n')
		all += line
		if match := serves.FindStringSubmatch(line); match != nil {
			return said, match[1]
		}
		if err != nil {
			t.Fatalf("the exporter does not serve: %s", all)
		}
	}
}

// await scrapes until there are some lines, as long as the test may take.
func await(t *testing.T, address string, lines ...string) {
	t.Helper()
	text := ""
	for t.Context().Err() == nil {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		text = string(content)
		found := 0
		for _, line := range lines {
			if strings.Contains(text, line+"\n") {
				found++
			}
		}
		if found == len(lines) {
			return
		}
	}
	t.Fatalf("no %q in:\n%s", lines, text)
}
