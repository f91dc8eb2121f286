package kubernetes_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/go-usdt/usdt/test/kubernetes/cluster"
)

func TestMain(m *testing.M) { os.Exit(cluster.Main(m)) }

const (
	manifests = "../../deploy/kubernetes/"
	recipes   = manifests + "recipes/"
)

func kubectl(t *testing.T, arguments ...string) string {
	t.Helper()
	output, err := cluster.Kubectl(arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return output
}

// apply has the API server take manifests, without a warning.
func apply(t *testing.T, dir string) {
	t.Helper()
	kubectl(t, "apply", "--warnings-as-errors", "--server-side", "-k", dir)
}

// rollOut waits until all pods of a workload are ready.
func rollOut(t *testing.T, namespace, workload string) {
	t.Helper()
	_, err := cluster.Kubectl("-n", namespace, "rollout", "status", workload, "--timeout=10m")
	if err != nil {
		t.Fatalf("%v\n%s", err, cluster.Describe(namespace))
	}
}

// TestManifests: the API server takes all manifests, and says nothing about them. It holds what is
// in them against the Pod Security levels that they claim.
func TestManifests(t *testing.T) {
	kubectl(t, "apply", "--server-side", "-f", cluster.ServiceMonitors)
	kubectl(t, "wait", "--for=condition=Established", "crd/servicemonitors.monitoring.coreos.com")
	for _, dir := range []string{"overlays/exporter", "overlays/shop", "overlays/dev"} {
		apply(t, dir)
	}
	for _, dir := range []string{manifests + "base", manifests + "example", "overlays/all"} {
		kubectl(t, "apply", "--warnings-as-errors", "--server-side", "--force-conflicts",
			"--dry-run=server", "-k", dir)
	}
}

// TestExporterNeedsPrivileged: no lower level than the one of the manifests would do.
func TestExporterNeedsPrivileged(t *testing.T) {
	daemonSet := kubectl(t, "-n", "usdt", "get", "daemonset", "usdt", "-o", "yaml")
	for _, level := range []string{"baseline", "restricted"} {
		namespace := "as-" + level
		kubectl(t, "create", "namespace", namespace)
		kubectl(t, "label", "namespace", namespace, "pod-security.kubernetes.io/warn="+level)
		cmd := exec.Command("kubectl", "create", "--dry-run=server", "--warnings-as-errors",
			"-f", "-")
		cmd.Stdin = strings.NewReader(strings.ReplaceAll(daemonSet, "namespace: usdt",
			"namespace: "+namespace))
		_, err := cluster.Output(cmd)
		if err == nil {
			t.Fatalf("%s takes the exporter", level)
		}
		for _, reason := range []string{
			"would violate PodSecurity \"" + level, "hostPID=true", "hostPath",
			`"BPF", "DAC_READ_SEARCH", "PERFMON", "SYS_PTRACE"`,
		} {
			if !strings.Contains(err.Error(), reason) {
				t.Errorf("%s: want %q in: %v", level, reason, err)
			}
		}
	}
}

// TestRuns: the example and the exporter run, and all of their probes say that they are ready.
func TestRuns(t *testing.T) {
	rollOut(t, "shop", "deployment/shop")
	rollOut(t, "shop-dev", "deployment/shop")
	rollOut(t, "usdt", "daemonset/usdt")
}
